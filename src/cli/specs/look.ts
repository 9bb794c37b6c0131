/** The commands that read stores and change nothing. */

import type { CommandSpec } from '../options.ts'

export const status = {
  name: 'status',
  summary: 'Say where each store stands: current, behind, ahead, incompatible or blocked.',
  about: ['Pending migrations are exit code 3, problems are 4: a pipeline can ask without reading the text.'],
  arguments: [],
  options: [],
  examples: [
    { command: 'lockstep status', does: 'one line a store' },
    { command: 'lockstep status --json --store app', does: 'for a program' },
  ],
  exits: [0, 3, 4, 5, 8],
} as const satisfies CommandSpec

export const history = {
  name: 'history',
  summary: 'List what was applied, when and by whom.',
  about: ['With --verbose the append-only log too: every run, repair and refusal that was written down.'],
  arguments: [],
  options: [],
  examples: [
    { command: 'lockstep history', does: 'the records of every store' },
    { command: 'lockstep history --store app --verbose', does: 'with the log' },
  ],
  exits: [0, 5],
} as const satisfies CommandSpec

export const verify = {
  name: 'verify',
  summary: 'Check the log of each store, its history against the files, and its structure against the last run.',
  about: [
    'The log is a chain of hashes: a row that was changed or cut out is found. With --head, one that was cut off at the end too.',
    'Documents are held against the contract of their version and the checksums in their history, and each backup of a run is read.',
    'After each run that changed something the structure is written down. What was changed since, by whatever means, is told object by object, with the statements that would bring it back where they are known; they are printed, never run.',
  ],
  arguments: [],
  options: [
    { name: 'head', type: 'text', value: 'hash', help: 'The head of the log that an earlier run printed.' },
    {
      name: 'inputs',
      type: 'flag',
      help: 'Documents: recompute the hashes of the files beside them, and the id that is made of these.',
    },
  ],
  examples: [
    { command: 'lockstep verify', does: 'every store' },
    { command: 'lockstep verify --store app --head 4f1c09d2', does: 'against the head a run printed' },
    { command: 'lockstep verify --store manifests --inputs', does: 'documents, their backups and their inputs' },
  ],
  exits: [0, 3, 4, 5, 6, 8],
} as const satisfies CommandSpec

export const doctor = {
  name: 'doctor',
  summary: 'Examine the installation, the configuration and each store.',
  about: [
    'Versions, settings, rights, locks and their holders; what is wrong comes with its remedy.',
    'Of documents: whether transforms and contracts load and lead to the latest version, whether their folder can be written and linked in, room, links, and what a killed run has left. Their contents are for `status`.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'lockstep doctor', does: 'everything' }],
  exits: [0, 3],
} as const satisfies CommandSpec
