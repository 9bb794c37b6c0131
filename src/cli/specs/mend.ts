/** The commands that decide what only a person can; each is written to the log with its reason. */

import type { CommandSpec, Option } from '../options.ts'

const why = {
  name: 'why',
  type: 'text',
  value: 'reason',
  help: 'Written to the log. Needed.',
} as const satisfies Option

const confirm = {
  name: 'confirm',
  type: 'text',
  value: 'identity',
  help: 'The identity of a protected store, typed.',
} as const satisfies Option

const version = { name: 'version', needed: true, help: 'The version as `lockstep status` shows it.' } as const

export const accept = {
  name: 'repair accept',
  summary: 'Accept that an applied file was edited on purpose, or is gone.',
  about: ['Only the record changes: it takes the checksum that the file has now. Nothing runs.'],
  arguments: [version],
  options: [why, confirm],
  examples: [
    {
      command: 'lockstep repair accept 0007 --store app --why "comment corrected"',
      does: 'an edit that changes nothing',
    },
  ],
  exits: [0, 4, 5],
} as const satisfies CommandSpec

export const resolve = {
  name: 'repair resolve',
  summary: 'Say whether a migration that stopped half way counts as applied.',
  about: [
    'For the one case where neither the journal nor the catalogue of the store can tell. Look at the store first.',
  ],
  arguments: [version],
  options: [
    { name: 'applied', type: 'flag', help: 'The step that was under way took effect.' },
    { name: 'not-applied', type: 'flag', help: 'It did not; the next `up` runs it again.' },
    why,
    confirm,
  ],
  examples: [
    { command: 'lockstep repair resolve 0012 --store app --applied --why "index is there"', does: 'it was finished' },
  ],
  exits: [0, 4, 5],
} as const satisfies CommandSpec

export const unlock = {
  name: 'repair unlock',
  summary: 'Take a lock away whose holder is dead, where the store cannot do that by itself.',
  about: ['Locks end with the process or the connection that holds them, so this is hardly ever needed.'],
  arguments: [],
  options: [why, confirm],
  examples: [
    { command: 'lockstep repair unlock --store graph --why "pod was evicted"', does: 'a lease that outlived its pod' },
  ],
  exits: [0, 4],
} as const satisfies CommandSpec
