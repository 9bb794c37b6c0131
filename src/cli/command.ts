/** What the file of a command holds: arguments in, use case, text out. */

import type { ExitCode } from '../core/errors/entry.ts'
import type { CommandSpec } from './options.ts'
import type { Invocation, InvocationOf } from './parse/command-line.ts'
import type { Unheard } from './run/unheard.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Where a command runs. */
export interface Context {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly unheard: Unheard
}

export type Run<Spec extends CommandSpec> = (invocation: InvocationOf<Spec>, context: Context) => Promise<ExitCode>

export type AnyRun = (invocation: Invocation, context: Context) => Promise<ExitCode>

/** Forgets which command a `run` is of; the table of loaders keeps name and file together. */
export function command<Spec extends CommandSpec>(run: Run<Spec>): AnyRun {
  return run as AnyRun
}
