/** From the name of a command to its file, which is loaded only when it is asked for. */

import { assert } from '../core/error.ts'
import type { AnyRun } from './command.ts'

const files: Readonly<Record<string, () => Promise<{ readonly run: AnyRun }>>> = {
  explain: () => import('./commands/local/explain.ts'),
  completion: () => import('./commands/local/completion.ts'),
}

export async function loadCommand(name: string): Promise<AnyRun> {
  const load = files[name]
  assert(load !== undefined, `the command ${name} has no file`)
  return (await load()).run
}

/** Every command that has a file; a test holds it against the table. */
export const loadable: readonly string[] = Object.keys(files)
