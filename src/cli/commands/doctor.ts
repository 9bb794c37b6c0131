/** `lockstep doctor`. */

import { processFindings } from '../../app/doctor.ts'
import { doctor as examine } from '../../app/mending/any-verbs.ts'
import type { Finding } from '../../core/ports.ts'
import type { Settings } from '../../settings/settings.ts'
import { command } from '../command.ts'
import { packageVersion } from '../package.ts'
import { doctorText } from '../print/text/answers.ts'
import { answerJson, snakeKeys } from '../print/json.ts'
import { finish, styleOf } from '../run/finish.ts'
import { printResult } from '../run/print-result.ts'
import { withAnyTargets } from '../run/with-targets.ts'
import type { doctor } from '../specs/look.ts'

export const run = command<typeof doctor>(async (said, context) => {
  const { terminal } = context
  const here: Finding[] = [fact(`Lockstep ${packageVersion()}`), ...processFindings()]
  const { answer, settings } = await withAnyTargets(
    said,
    { context, access: 'read' },
    async ({ targets, app, settings }) => ({
      answer: await examine(targets, app),
      settings,
    }),
  ).catch((error: unknown) => {
    // A configuration that cannot be read is a finding too; what is known without it is still worth a look.
    if (!said.values.json) terminal.out(doctorText(here, [], styleOf(terminal)))
    throw error
  })
  here.push(...settingsFindings(settings, said.values.verbose))
  if (said.values.json) return await printResult(context, { ...answerJson(answer), here: snakeKeys(here) })
  return await finish(answer, said, { context, text: (stores, style) => doctorText(here, stores, style) })
})

function settingsFindings({ origins, stores, warnings }: Settings, verbose: boolean): Finding[] {
  const configuration = fact(`configuration: ${origins['configuration'] ?? 'none'}`)
  const values = stores.flatMap(({ name, origins }) =>
    Object.entries(origins).map(([key, origin]) => fact(`${name}.${key}: ${origin}`)),
  )
  const careful = warnings.map((what): Finding => ({ grade: 'attention', what, help: null }))
  return [configuration, ...(verbose ? values : []), ...careful]
}

function fact(what: string): Finding {
  return { grade: 'fact', what, help: null }
}
