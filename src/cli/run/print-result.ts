/** The one object that a command prints for programs. What failed unheard before it is in it: it says what the exit says. */

import type { ExitCode } from '../../core/errors/entry.ts'
import type { Context } from '../command.ts'
import { jsonText, ownUp, type Result } from '../print/json.ts'
import { endNdjson } from '../print/ndjson.ts'

export async function printResult(context: Context, result: Result): Promise<ExitCode> {
  const { terminal } = context
  const owned = await ownedBy(context, result)
  terminal.out(jsonText(owned, terminal.redact))
  return owned.exit
}

/** The same as the last line of a stream of events. */
export async function printLastLine(context: Context, result: Result): Promise<ExitCode> {
  const owned = await ownedBy(context, result)
  endNdjson(context.terminal, owned)
  return owned.exit
}

async function ownedBy({ unheard }: Context, result: Result): Promise<Result> {
  const error = await unheard.first()
  return error === null ? result : ownUp(result, { error, exit: unheard.exitOf(result.exit) })
}
