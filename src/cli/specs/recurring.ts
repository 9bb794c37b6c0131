/** Options that several commands have, said once. */

import type { Option } from '../options.ts'

export const lockWait = {
  name: 'lock-wait',
  type: 'duration',
  value: 'duration',
  help: 'How long to wait for another migrator. Default: 60s.',
} as const satisfies Option

export const only = {
  name: 'only',
  type: 'list',
  value: 'document',
  help: 'Only this document of the store; may be said several times.',
} as const satisfies Option

export const confirm = {
  name: 'confirm',
  type: 'text',
  value: 'identity',
  help: 'The identity of a protected store, typed. --yes does not replace it.',
} as const satisfies Option
