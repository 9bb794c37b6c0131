/** `lockstep plan`. */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isCorpus, type AnyTarget } from '../../app/opening/by-kind.ts'
import type { SavedPlan } from '../../app/plan.ts'
import type { Answer, PlanReport } from '../../app/answers/report.ts'
import type { Target } from '../../app/opening/target.ts'
import { plan as ask } from '../../app/verbs.ts'
import { planFormat } from '../../core/plan.ts'
import { command, type Context } from '../command.ts'
import { planText } from '../print/text/moves.ts'
import { finish, shellWord } from '../run/finish.ts'
import { documentsOf } from '../run/documents-of.ts'
import { withAnyTargets } from '../run/with-targets.ts'
import type { plan } from '../specs/move.ts'

export const run = command<typeof plan>(async (said, context) => {
  const { to, out, sql } = said.values
  const { answer, scripts } = await withAnyTargets(said, { context, access: 'read' }, async ({ targets, app }) => {
    const answer = await ask(targets, { to, documents: documentsOf(said, context) }, app)
    return { answer, scripts: sql ? scriptsOf(answer, targets) : '' }
  })
  if (out !== null) save(answer, { to, out, context })
  const upTo = to === null ? 'lockstep up' : `lockstep up --to ${shellWord(to)}`
  const after = out === null ? upTo : `lockstep up --plan ${shellWord(out)}`
  const waiting = answer.stores.some((one) => (one.documents?.moved?.migrated ?? one.plan?.migrations.length ?? 0) > 0)
  return await finish(answer, said, {
    context,
    text: (stores, style) => (sql ? scripts : planText(stores, style)),
    next: () => (waiting ? after : null),
  })
})

/** A plan may leave documents out, which it tells; one that lacks a store is none. */
function save(
  answer: Answer<PlanReport>,
  { to, out, context }: { readonly to: string | null; readonly out: string; readonly context: Context },
): void {
  const isWhole = answer.error === null && answer.stores.every((one) => one.plan !== null && one.error === null)
  if (isWhole) writeFileSync(resolve(context.cwd, out), savedPlanText(answer, to))
  context.terminal.hint(isWhole ? `saved to ${out}` : 'not saved: there is no whole plan')
}

/** The text that `up --plan` takes. */
export function savedPlanText({ stores }: Answer<PlanReport>, to: string | null): string {
  const saved: SavedPlan = { format: planFormat, to, plans: stores.flatMap((one) => one.plan ?? []) }
  return `${JSON.stringify(saved, null, 2)}\n`
}

/** The scripts as they would run, placeholders filled in, each under the name of its file. */
function scriptsOf({ stores }: Answer<PlanReport>, targets: readonly AnyTarget[]): string {
  return stores
    .flatMap(({ store, plan }) => {
      const target = targets.find((one) => one.name === store)
      return target === undefined || isCorpus(target) || plan === null
        ? []
        : plan.migrations.map((one) => scriptOf(one.version, target))
    })
    .join('\n')
}

function scriptOf(version: string, { name, files, bodies }: Target): string {
  const migration = files().migrations.find((one) => one.version === version)
  if (migration === undefined) return ''
  const head = `-- store ${name}: ${migration.file}\n`
  if (migration.up.language === 'module') return `${head}-- is code, which has no text to show\n`
  return head + [...bodies.script(migration, migration.up).read()].join('').trimEnd() + '\n'
}
