/** The commands that try migrations out, and show what they make. */

import type { CommandSpec } from '../options.ts'

export const rehearse = {
  name: 'rehearse',
  summary: 'Run up, down, up of each migration on a scratch store, and say whether the way back can be trusted.',
  about: [
    'The scratch store is a database beside the real one (a file in the temporary folder for SQLite, memory for PGlite); it holds what comes before the migration, and is removed afterwards. The store itself is only asked what is pending. Each migration runs without rows and then with rows: three in each table, made to fit types, keys, references and checks, or those of --seed.',
    'Verdicts: `exact` (the down takes back what the up did, and the up runs again), `empty` (the down does nothing), `fails`, `differs` (something is left over, missing or other than before), `loses data` (the structure comes back, rows do not), `none` (there is no down), `refused` (it reaches beyond its database: roles, tablespaces, files of the server).',
    'Exit code 3 for fails, differs, empty, loses data and refused; for none where the policy is `direction: reversible`. A line `-- lockstep: irreversible <why>` accepts none, empty and loses data; `-- lockstep: allow loses-data <why>` (or differs, or empty) accepts that one.',
    'With the policy `idempotent: true` each up runs twice in a row: the second time it must succeed and change nothing.',
  ],
  arguments: [{ name: 'version', needed: false, many: true, help: 'Only these versions. Default: what is pending.' }],
  options: [
    { name: 'all', type: 'flag', help: 'Every migration, applied or not.' },
    {
      name: 'on',
      type: 'text',
      value: 'place',
      words: ['same', 'pglite'],
      help: 'pglite: in memory instead of on the server, where there is none or no right to make a database.',
    },
    { name: 'seed', type: 'text', value: 'file', help: 'SQL that puts rows in, instead of generated ones.' },
    { name: 'column-order', type: 'flag', help: 'Another order of the columns is a difference too.' },
    {
      name: 'reporter',
      type: 'text',
      value: 'form',
      words: ['text', 'junit', 'github'],
      help: 'A table, JUnit XML, or annotations of GitHub Actions.',
    },
  ],
  examples: [
    { command: 'lockstep rehearse', does: 'what is pending, before a merge' },
    { command: 'lockstep rehearse --all --reporter junit > rehearsal.xml', does: 'every migration, for CI' },
    { command: 'lockstep rehearse 0007 --on pglite --seed seeds.sql', does: 'one, in memory, on rows of your own' },
  ],
  exits: [0, 3, 130, 143],
} as const satisfies CommandSpec

export const shape = {
  name: 'shape',
  summary: 'Print the structure of a store as SQL, in a stable order.',
  about: [
    'Kept in the repository, it shows in a pull request what a migration does. It loads into an empty database with the same structure. Kinds of objects that are not written out are named in a comment.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'lockstep shape --store app > schema.sql', does: 'after each migration' }],
  exits: [0],
} as const satisfies CommandSpec
