/** `lockstep up`. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseSavedPlan } from '../../app/plan.ts'
import { up as apply, type UpOptions } from '../../app/verbs.ts'
import { LockstepError } from '../../core/error.ts'
import { command } from '../command.ts'
import { runText } from '../print/text/moves.ts'
import { finish, hasRun } from '../run/finish.ts'
import { documentsOf } from '../run/documents-of.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { up } from '../specs/move.ts'

export const run = command<typeof up>(async (said, context) => {
  const { values } = said
  const { operator, release, ndjson } = values
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const options: UpOptions = {
    to: values.to,
    plan: values.plan === null ? null : readPlan(values.plan, context.cwd),
    atomic: values.atomic,
    intoExisting: values['into-existing'],
    create: values.create,
    waitMs: values.wait ?? 0,
    lockWaitMs,
    operator,
    documents: documentsOf(said, context),
  }
  const need = { context, access: 'write', lockWaitMs, operator, release, ndjson } as const
  const answer = await withAnyTargets(said, need, ({ targets, app }) => apply(targets, options, app))
  const next = () => (answer.stores.some(hasRun) ? 'lockstep status' : null)
  return await finish(answer, said, { context, text: runText, next, ndjson })
})

function readPlan(file: string, cwd: string): UpOptions['plan'] {
  let text: string
  try {
    text = readFileSync(resolve(cwd, file), 'utf8')
  } catch (cause) {
    const missing = (cause as { code?: unknown }).code === 'ENOENT'
    const reason = missing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause)
    throw new LockstepError('plan-invalid', { file, reason }, missing ? {} : { cause })
  }
  return { file, saved: parseSavedPlan(text, file) }
}
