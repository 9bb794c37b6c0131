/** `lockstep rehearse`. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RehearsalChoice, RehearseReport, SeedFile } from '../../../app/rehearse.ts'
import { rehearse as tryOut } from '../../../app/verbs.ts'
import { LockstepError } from '../../../core/error.ts'
import { command, type Context } from '../../command.ts'
import type { InvocationOf } from '../../parse/command-line.ts'
import { githubText, junitText } from '../../print/text/rehearsal-reports.ts'
import { rehearsalText } from '../../print/text/rehearsal.ts'
import { finish, type Ending } from '../../run/finish.ts'
import { withAnyTargets } from '../../run/with-targets.ts'
import type { rehearse } from '../../specs/try.ts'

type Said = InvocationOf<typeof rehearse>

export const run = command<typeof rehearse>(async (said, context) => {
  const { values } = said
  const options = {
    choice: choiceOf(said),
    on: values.on === 'pglite' ? ('pglite' as const) : ('same' as const),
    seeds: values.seed === null ? null : readSeeds(values.seed, context),
    columnOrder: values['column-order'] ? ('compared' as const) : ('ignored' as const),
  }
  // Not `read`: what was made on the server is dropped when somebody interrupts.
  const answer = await withAnyTargets(said, { context, access: 'write' }, ({ targets, app }) =>
    tryOut(targets, options, app),
  )
  return await finish(answer, said, { context, text: textOf(values.reporter) })
})

function textOf(reporter: string | null): Ending<RehearseReport>['text'] {
  if (reporter === 'junit') return junitText
  return reporter === 'github' ? githubText : rehearsalText
}

function choiceOf({ words, values }: Said): RehearsalChoice {
  if (values.all && words.length > 0) {
    const reason = '--all and versions say different things; one of them'
    throw new LockstepError('wrong-arguments', { command: 'rehearse', reason })
  }
  if (values.all) return { kind: 'all' }
  return words.length > 0 ? { kind: 'versions', versions: words } : { kind: 'pending' }
}

function readSeeds(file: string, { cwd }: Context): SeedFile {
  try {
    return { file, text: readFileSync(resolve(cwd, file), 'utf8').replace(/^\uFEFF/, '') }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LockstepError('seed-file-missing', { file, reason }, { cause })
  }
}
