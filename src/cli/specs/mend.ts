/** The commands that decide what only a person can; each is written to the log with its reason. */

import type { CommandSpec, Option } from '../options.ts'
import { confirm, lockWait } from './recurring.ts'

const why = {
  name: 'why',
  type: 'text',
  value: 'reason',
  help: 'Written to the log. Needed.',
} as const satisfies Option

const version = { name: 'version', needed: true, help: 'The version as `lockstep status` shows it.' } as const

export const accept = {
  name: 'repair accept',
  summary: 'Accept that an applied file was edited on purpose, or is gone.',
  about: [
    'Only the record changes: it takes the checksum that the file has now. Nothing runs.',
    'On a protected store this asks for the identity of the store, typed.',
  ],
  arguments: [version],
  options: [why, confirm, lockWait],
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
    'On a protected store this asks for the identity of the store, typed.',
  ],
  arguments: [version],
  options: [
    { name: 'applied', type: 'flag', help: 'The step that was under way took effect.' },
    { name: 'not-applied', type: 'flag', help: 'It did not; the next `up` runs it again.' },
    why,
    confirm,
    lockWait,
  ],
  examples: [
    { command: 'lockstep repair resolve 0012 --store app --applied --why "index is there"', does: 'it was finished' },
  ],
  exits: [0, 4, 5],
} as const satisfies CommandSpec

export const unlock = {
  name: 'repair unlock',
  summary: 'End the session that holds the lock.',
  about: [
    'Locks end with the process or the connection that holds them, so this is only for a holder that hangs. What it had not committed is rolled back.',
  ],
  arguments: [],
  options: [why, lockWait],
  examples: [
    { command: 'lockstep repair unlock --store app --why "pod was evicted"', does: 'its connection is still open' },
  ],
  exits: [0, 4],
} as const satisfies CommandSpec

export const finish = {
  name: 'repair finish',
  summary: 'Finish or take back what a killed run over documents has left, and migrate nothing.',
  about: [
    'What its journal says it had prepared is finished where new text and original are whole; everything else is taken back. The next `up`, `down` or `restore` does the same before it begins.',
    'Needs no reason: nothing is decided, the bytes that are there say what became of each document.',
  ],
  arguments: [],
  options: [lockWait],
  examples: [{ command: 'lockstep repair finish --store manifests', does: 'after a machine went down' }],
  exits: [0, 5, 6],
} as const satisfies CommandSpec
