/** What goes wrong with backups and restores. */

import { entry } from './entry.ts'

export const backupErrors = {
  'backup-failed': entry<{ store: string; reason: string }>({
    exit: 1,
    what: (d) => `no backup of store ${d.store} could be made: ${d.reason}`,
    why: 'Without a backup that was read back and checked, nothing begins that would need one.',
    help: () => ['mend that, then: lockstep backup create', "or go without: policy: { backup: 'off' }"],
  }),
  'backup-unusable': entry<{ store: string; file: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.file} is not a backup that can be used: ${d.reason}`,
    why: 'A backup counts while it is what was read back and checked when it was made.',
    help: (d) => [`lockstep backup list --store ${d.store}`, `lockstep backup verify --store ${d.store}`],
  }),
  'backup-unknown': entry<{ store: string; wanted: string; known: readonly string[] }>({
    exit: 2,
    what: (d) => `there is no backup "${d.wanted}" of store ${d.store}`,
    why: 'A backup is named as `lockstep backup list` shows it, or by its path.',
    help: (d) => [...d.known.slice(0, 3), `lockstep backup list --store ${d.store}`],
  }),
  'backup-impossible': entry<{ store: string; reason: string }>({
    exit: 2,
    what: (d) => `store ${d.store} has no backups here: ${d.reason}`,
    why: 'A backup is a copy of a whole store, made and put back by its own means.',
    help: () => ["leave the store out: --store <another>, or policy: { backup: 'off' }"],
  }),
  'backup-tool-missing': entry<{ store: string; tool: string; needed: number; found: readonly string[] }>({
    exit: 2,
    what: (d) =>
      `store ${d.store} needs ${d.tool} ${d.needed} or newer; ${d.found.length === 0 ? 'none was found' : `found: ${d.found.join(', ')}`}`,
    why: 'An older pg_dump refuses a newer server, and what it would write could not be relied on.',
    help: (d) => [
      `apt-get install postgresql-client-${d.needed}, or put the folder of ${d.tool} ${d.needed} into PATH`,
      "or go without: policy: { backup: 'off' }",
    ],
  }),
  'backup-space': entry<{ store: string; place: string; needed: number; free: number }>({
    exit: 1,
    what: (d) => `${d.place} has ${mebibytes(d.free)} MiB free; store ${d.store} may need ${mebibytes(d.needed)} MiB`,
    why: 'What would stop half way is not begun.',
    help: () => ['make room: lockstep backup prune', 'or put backups elsewhere: backups: { path: ... }'],
  }),
  'store-in-use': entry<{ store: string; place: string; others: readonly string[] }>({
    exit: 4,
    what: (d) => `${d.place} is in use: ${d.others.join(', ')}`,
    why: 'A store is not replaced under those who work in it.',
    help: () => ['end them and restore again', 'or let the restore end their sessions: --force'],
  }),
  'restore-failed': entry<{ store: string; file: string; reason: string }>({
    exit: 1,
    what: (d) => `${d.file} could not be put in the place of store ${d.store}: ${d.reason}`,
    why: 'A backup takes the place of a store as a whole or not at all.',
    help: (d) => [`lockstep status --store ${d.store}`, `lockstep backup list --store ${d.store}`],
  }),
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}
