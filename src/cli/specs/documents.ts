/** The commands that only a store of documents answers. */

import type { CommandSpec } from '../options.ts'
import { lockWait } from './recurring.ts'

export const reindex = {
  name: 'reindex',
  summary: 'Rebuild the table of a store of documents from its files, or hold it against them.',
  about: [
    'The table is a copy for questions in SQL; the files stay the truth. Its database, columns and key are said by "index" of the store. It is built beside the old one and takes its place in one transaction, under the lock of the database: whoever reads sees the old rows or the new ones.',
    'A document that cannot be read, or has a value that does not fit its column, is told by file and path, and the table stays as it was; with --leave-out it is built without these documents, which are counted (exit code 7).',
  ],
  arguments: [],
  options: [
    { name: 'verify', type: 'flag', help: 'Compare the table with the files and write nothing; 3 where they differ.' },
    { name: 'leave-out', type: 'flag', help: 'Build the table without the documents that have no row.' },
    { name: 'replace-table', type: 'flag', help: 'Replace a table of that name which reindex did not make.' },
    lockWait,
  ],
  examples: [
    { command: 'lockstep reindex', does: 'every store of documents that describes a table' },
    { command: 'lockstep reindex --verify --store manifests', does: 'is the table as the files are?' },
  ],
  exits: [0, 3, 4, 5, 7],
} as const satisfies CommandSpec
