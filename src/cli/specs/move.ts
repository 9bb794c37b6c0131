/** The commands that plan or carry out a change of a store. */

import type { CommandSpec, Option } from '../options.ts'
import { confirm, lockWait, only } from './recurring.ts'

const ndjson = {
  name: 'ndjson',
  type: 'flag',
  help: 'Print each event as one line of JSON, the result last.',
} as const satisfies Option

const operator = {
  name: 'operator',
  type: 'text',
  value: 'name',
  help: 'Who carries this out, for the log.',
} as const satisfies Option

const limit = {
  name: 'limit',
  type: 'count',
  value: 'number',
  help: 'As many documents as may change: a staged rollout.',
} as const satisfies Option

export const up = {
  name: 'up',
  summary: 'Apply what is pending, in order, under a lock.',
  about: [
    'Each migration and its record commit together where the store can do that; elsewhere each step is journalled, and the next `up` goes on where this one stopped.',
    'Problems between the files and the history are reported all at once, before anything runs.',
  ],
  arguments: [],
  options: [
    { name: 'to', type: 'text', value: 'version', help: 'Stop after this version.' },
    {
      name: 'plan',
      type: 'text',
      value: 'file',
      help: 'Carry out a plan saved by `lockstep plan --out`, or refuse if the history moved.',
    },
    { name: 'atomic', type: 'flag', help: 'All pending migrations of a store in one transaction, or none.' },
    { name: 'wait', type: 'duration', value: 'duration', help: 'Wait for a server that is still starting.' },
    { name: 'create', type: 'flag', help: 'Make the database if it is not there.' },
    { name: 'into-existing', type: 'flag', help: 'Go ahead in a store that holds tables but no history.' },
    lockWait,
    operator,
    { name: 'release', type: 'text', value: 'tag', help: 'Recorded with each migration. Default: git describe.' },
    only,
    limit,
    ndjson,
  ],
  examples: [
    { command: 'lockstep up', does: 'every store of the configuration' },
    { command: 'lockstep up --url sqlite:app.db --migrations ./migrations', does: 'without a configuration' },
    { command: 'lockstep up --wait 60s --ndjson', does: 'in a container that starts beside its database' },
    { command: 'lockstep up --plan plan.json --operator "Ada"', does: 'what was reviewed, by a named person' },
    { command: 'lockstep up --store manifests --to 1.2.0 --limit 100', does: 'the first hundred documents' },
  ],
  exits: [0, 4, 5, 6, 7, 8, 130, 143],
} as const satisfies CommandSpec

export const down = {
  name: 'down',
  summary: 'Take migrations back, the last one unless told otherwise.',
  about: [
    'Downs run in the reverse order of application. Every down on the way is looked at before the first one runs: if one is missing, nothing runs.',
    'On a protected store this asks for the identity of the store, typed.',
  ],
  arguments: [],
  options: [
    { name: 'to', type: 'text', value: 'version', help: 'Take back everything above this version; it stays applied.' },
    { name: 'to-release', type: 'text', value: 'tag', help: 'Take back everything applied after this release.' },
    { name: 'steps', type: 'count', value: 'number', help: 'Take back this many migrations.' },
    { name: 'all', type: 'flag', help: 'Take back everything.' },
    only,
    limit,
    confirm,
    lockWait,
    ndjson,
  ],
  examples: [
    { command: 'lockstep down', does: 'the last migration' },
    { command: 'lockstep down --to 0003 --store app', does: 'everything above 0003' },
    { command: 'lockstep down --all --confirm production', does: 'everything, on a protected store' },
  ],
  exits: [0, 4, 5, 6, 7, 8, 130, 143],
} as const satisfies CommandSpec

export const plan = {
  name: 'plan',
  summary: 'Show what `up` would do, and change nothing.',
  about: [
    'A saved plan carries a fingerprint of the history it was made on: `up --plan` refuses it once somebody else has migrated.',
    'Something to do is exit code 0; what stands in the way is 4.',
  ],
  arguments: [],
  options: [
    { name: 'to', type: 'text', value: 'version', help: 'Plan up to this version.' },
    { name: 'out', type: 'text', value: 'file', help: 'Save the plan for review and for `up --plan`.' },
    { name: 'sql', type: 'flag', help: 'Print the text of the migrations as they would run.' },
    only,
    limit,
  ],
  examples: [
    { command: 'lockstep plan', does: 'what is pending and how each would run' },
    { command: 'lockstep plan --out plan.json', does: 'save it for review' },
    { command: 'lockstep plan --sql --store app', does: 'the statements themselves' },
  ],
  exits: [0, 4, 5, 7, 8],
} as const satisfies CommandSpec

export const adopt = {
  name: 'adopt',
  summary: 'Take over a store that was made by other means.',
  about: [
    'Marks versions as applied without running them, after comparing the structure of the store with the one those migrations make on a scratch copy, where the kind of store has one.',
    'Documents say their versions themselves. Of a store of documents the backups are taken over that an older tool has left beside them (manifest.json.backup): each that has an older version and the same protected values is written down as a run, which `restore --run` takes back.',
  ],
  arguments: [],
  options: [
    {
      name: 'at',
      type: 'text',
      value: 'version',
      help: 'The version that the store is at. Default: the newest whose structure is the one found.',
    },
    { name: 'accept-differences', type: 'flag', help: 'Adopt although the structures differ; needs --why.' },
    { name: 'why', type: 'text', value: 'reason', help: 'Written to the log.' },
    lockWait,
  ],
  examples: [
    { command: 'lockstep adopt --store app --at 0007', does: 'mark 0001 to 0007 as applied' },
    {
      command: 'lockstep adopt --store app --accept-differences --why "index made by hand"',
      does: 'in spite of differences',
    },
  ],
  exits: [0, 4, 5, 8],
} as const satisfies CommandSpec
