/** Every command, in the order in which help shows them. */

import { everywhere, type CommandSpec, type Option } from '../options.ts'
import { backupCreate, backupList, backupPrune, backupVerify, restore } from './back-up.ts'
import { reindex } from './documents.ts'
import { completion, create, explain, help, init } from './local.ts'
import { doctor, history, status, verify } from './look.ts'
import { accept, finish, resolve, unlock } from './mend.ts'
import { adopt, down, plan, up } from './move.ts'
import { rehearse, shape } from './try.ts'

export const commands: readonly CommandSpec[] = [
  init,
  create,
  status,
  plan,
  up,
  down,
  backupCreate,
  backupList,
  backupVerify,
  backupPrune,
  restore,
  adopt,
  history,
  verify,
  rehearse,
  shape,
  reindex,
  accept,
  resolve,
  unlock,
  finish,
  doctor,
  explain,
  completion,
  help,
]

/** The first words: `repair` stands for its three verbs. */
export const verbs: readonly string[] = [...new Set(commands.map((one) => firstWord(one.name)))]

/** The options that a command understands. */
export function optionsOf(command: CommandSpec): readonly Option[] {
  return [...command.options, ...everywhere]
}

/** Every option of every command once; a name means the same everywhere, which a test holds. */
export function allOptions(): readonly Option[] {
  const byName = new Map<string, Option>()
  for (const option of [...everywhere, ...commands.flatMap((one) => one.options)]) {
    if (!byName.has(option.name)) byName.set(option.name, option)
  }
  return [...byName.values()]
}

export function firstWord(name: string): string {
  return name.split(' ')[0] ?? name
}
