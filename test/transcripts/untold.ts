/** Errors that no transcript shows, each with the reason. A line is deleted as soon as a transcript can show its error. */

const moment = 'it takes somebody else who writes, or is killed, at the same moment'
const limits = 'it takes a document of many megabytes or a thousand levels; src/documents/json/json.test.ts shows it'

export const untold: Readonly<Record<string, string>> = {
  internal: 'it is a bug of ours: whatever could show it here would have to be mended first',
  'backup-differs': moment,
  'backup-space': 'it takes a disk that is nearly full',
  'backup-tool-missing': 'pg_dump is looked for where systems install it, so whether one is found depends on the machine',
  'document-changed-meanwhile': `${moment}; test/crash/documents-disk.test.ts shows it`,
  'document-too-deep': limits,
  'document-too-large': limits,
  'document-unreadable': 'root, under which tests may run, can read every file',
  'file-changed-meanwhile': 'it takes a file above 64 KiB; a shorter one is read once. src/sources/body-reader.test.ts shows it',
  'index-in-use': 'it takes a table of PostgreSQL that others have made something of; test/contract/reindex.test.ts shows it',
  'journal-broken': moment,
  'node-too-old': 'the pinned Node is new enough; test/package/old-node.test.ts runs old ones',
  'recovery-needed': 'root, under which tests may run, can always write; src/stores/sqlite/recovery.test.ts shows it',
  'restore-failed': 'it takes a file system that fails between two renames',
  'shape-unprintable': 'no kind of store that can be opened is without a form as SQL',
  'some-failed': 'it is only an exit code (100-several-stores.txt ends with it); each store tells its own error',
  'space-too-small': 'it takes a disk that is nearly full',
}
