/** From the name of a command to its file, which is loaded only when it is asked for. */

import { assert } from '../core/error.ts'
import type { AnyRun } from './command.ts'

const files: Readonly<Record<string, () => Promise<AnyRun>>> = {
  init: async () => (await import('./commands/local/init.ts')).run,
  new: async () => (await import('./commands/local/new.ts')).run,
  status: async () => (await import('./commands/status.ts')).run,
  plan: async () => (await import('./commands/plan.ts')).run,
  up: async () => (await import('./commands/up.ts')).run,
  down: async () => (await import('./commands/down.ts')).run,
  'backup create': async () => (await import('./commands/backup.ts')).runCreate,
  'backup list': async () => (await import('./commands/backup.ts')).runList,
  'backup verify': async () => (await import('./commands/backup.ts')).runVerify,
  'backup prune': async () => (await import('./commands/backup.ts')).runPrune,
  restore: async () => (await import('./commands/restore.ts')).run,
  adopt: async () => (await import('./commands/adopt.ts')).run,
  history: async () => (await import('./commands/history.ts')).run,
  verify: async () => (await import('./commands/verify.ts')).run,
  'repair accept': async () => (await import('./commands/repair.ts')).runAccept,
  'repair resolve': async () => (await import('./commands/repair.ts')).runResolve,
  'repair unlock': async () => (await import('./commands/repair.ts')).runUnlock,
  'repair finish': async () => (await import('./commands/repair.ts')).runFinish,
  rehearse: async () => (await import('./commands/try/rehearse.ts')).run,
  shape: async () => (await import('./commands/try/shape.ts')).run,
  reindex: async () => (await import('./commands/reindex.ts')).run,
  doctor: async () => (await import('./commands/doctor.ts')).run,
  explain: async () => (await import('./commands/local/explain.ts')).run,
  completion: async () => (await import('./commands/local/completion.ts')).run,
}

export async function loadCommand(name: string): Promise<AnyRun> {
  const load = files[name]
  assert(load !== undefined, `the command ${name} has no file`)
  return await load()
}

/** Every command that has a file; a test holds it against the table. */
export const loadable: readonly string[] = Object.keys(files)
