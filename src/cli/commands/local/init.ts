/** `lockstep init`. */

import { initProject, type InitReport } from '../../../app/project/init-project.ts'
import { LockstepError } from '../../../core/error.ts'
import { command } from '../../command.ts'
import type { Invocation } from '../../parse/command-line.ts'
import { plainJson, snakeKeys } from '../../print/json.ts'
import { printResult } from '../../run/print-result.ts'
import type { init } from '../../specs/local.ts'

export const run = command<typeof init>(async (said, context) => {
  const { terminal, cwd, env } = context
  refusePlaces(said)
  const report = await initProject({ cwd, env, now: Date.now() })
  if (said.values.json) {
    const files = report.files.map((file) => ({ file }))
    const more = snakeKeys({ ...report, files }) as Record<string, unknown>
    return await printResult(context, plainJson({ command: 'init', ok: true, exit: 0, more }))
  }
  for (const one of report.found) terminal.hint(`found: ${one}`)
  terminal.out(report.files.map((file) => `wrote ${file}`).join('\n'))
  terminal.hint(`${terminal.paintErr('dim', 'next:')} ${nextOf(report)}`)
  return 0
})

function nextOf({ hasMigrations }: InitReport): string {
  return hasMigrations ? 'lockstep plan' : 'lockstep new <name>'
}

/** What is said on the command line would not be in the file, which is what counts from then on. */
function refusePlaces({ values }: Pick<Invocation, 'values'>): void {
  const said = (['url', 'files', 'migrations', 'layout', 'config'] as const).find((name) => values[name] !== null)
  if (said === undefined) return
  const reason = `lockstep init takes no --${said}: it looks at DATABASE_URL and at what is here; edit what it writes`
  throw new LockstepError('wrong-arguments', { command: 'init', reason })
}
