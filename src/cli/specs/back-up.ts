/** The commands about backups. */

import type { CommandSpec } from '../options.ts'
import { confirm, lockWait, only } from './recurring.ts'

export const backupCreate = {
  name: 'backup create',
  summary: 'Back up each store, read the copy back and check it.',
  about: [
    'A consistent copy beside whoever writes: SQLite by its online backup, PostgreSQL by pg_dump, PGlite by a dump of its folder, documents as one tar in zstd that holds every document with its hash (`tar --zstd` opens it). A backup has its name only once it was checked; none is overwritten.',
    'Where they go, how long they stay and whether they are compressed is said by "backups" in the configuration.',
  ],
  arguments: [],
  options: [lockWait],
  examples: [
    { command: 'lockstep backup create', does: 'every store' },
    { command: 'lockstep backup create --store app --json', does: 'for a program' },
  ],
  exits: [0, 5, 7, 130, 143],
} as const satisfies CommandSpec

export const backupList = {
  name: 'backup list',
  summary: 'List the backups of each store, newest first.',
  about: ['Reads the manifests, not the backups: lockstep backup verify reads those.'],
  arguments: [],
  options: [],
  examples: [{ command: 'lockstep backup list --store app', does: 'of one store' }],
  exits: [0],
} as const satisfies CommandSpec

export const backupVerify = {
  name: 'backup verify',
  summary: 'Read backups to their end and hold them against their manifests.',
  about: [
    'With --restore each is put into a scratch place, checked there, and its rows, structure and history are compared with what was backed up.',
    'A backup that cannot be used is exit code 3.',
  ],
  arguments: [{ name: 'backup', needed: false, help: 'As `lockstep backup list` shows it, or a path. Default: all.' }],
  options: [
    { name: 'restore', type: 'flag', help: 'Restore each to a scratch place, and compare what is there.' },
    lockWait,
  ],
  examples: [
    { command: 'lockstep backup verify', does: 'all of them' },
    { command: 'lockstep backup verify app.2026-11-21_14-30-45.bak --restore', does: 'one, by restoring it' },
  ],
  exits: [0, 3, 5, 7],
} as const satisfies CommandSpec

export const backupPrune = {
  name: 'backup prune',
  summary: 'Remove backups that are older than the configuration keeps.',
  about: [
    'Runs by itself after each backup. Never removes the newest ones (keepAtLeast) and never the last one that is whole.',
    'Asked for, it also takes away what killed backups and restores have left: unfinished files, and beside the store the folder or the database that was to take its place.',
    'Of a store of documents the originals that runs have kept go by the same rule, also after each run; those of a run that did not come to its end stay.',
  ],
  arguments: [],
  options: [lockWait],
  examples: [{ command: 'lockstep backup prune', does: 'of every store' }],
  exits: [0, 5, 7],
} as const satisfies CommandSpec

export const restore = {
  name: 'restore',
  summary: 'Put a backup in the place of a store, or documents back as a run found them.',
  about: [
    'Tells first what would be lost: the migrations applied since, and the tables whose rows differ. The present state is saved as a backup of its own before it goes, and stays whole if anything fails.',
    'Of a store of documents a run is taken back (--run), or single documents of it (--only), byte for byte. A document that was changed since stays as it is, unless --changed-since replace is said. A backup of such a store puts back all of its documents, or some (--only); whatever is not in it stays. A restore is a run of its own: it too can be taken back.',
    'On a protected store this asks for the identity of the store, typed.',
  ],
  arguments: [{ name: 'backup', needed: false, help: 'As `lockstep backup list` shows it, or a path.' }],
  options: [
    confirm,
    { name: 'force', type: 'flag', help: 'End the sessions of others who work in the store.' },
    { name: 'run', type: 'text', value: 'run', help: 'Documents: the run to take back; lockstep history lists them.' },
    only,
    {
      name: 'changed-since',
      type: 'text',
      value: 'rule',
      words: ['leave', 'replace'],
      help: 'Documents that were changed after that run: leave them (the default), or put the old bytes back all the same.',
    },
    lockWait,
  ],
  examples: [
    { command: 'lockstep restore app.2026-11-21_14-30-45.bak', does: 'asks before it begins' },
    { command: 'lockstep restore app.2026-11-21_14-30-45.bak --store app --yes', does: 'in a script' },
    {
      command: 'lockstep restore --store manifests --run 2026-11-21_14-30-45-1f0c09d2',
      does: 'all documents of a run',
    },
    { command: 'lockstep restore --only artifacts/job/run/manifest.json', does: 'one, as it was before the last run' },
    {
      command: 'lockstep restore manifests.2026-11-21_14-30-45.bak.zst --only artifacts/job/run/manifest.json',
      does: 'one, out of a backup',
    },
  ],
  exits: [0, 4, 5, 6, 7, 130, 143],
} as const satisfies CommandSpec
