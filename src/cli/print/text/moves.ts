/** What the commands that plan or make a change answer, as text. */

import type { AdoptReport, PlanReport, RunReport, StoreReport } from '../../../app/answers/report.ts'
import type { PlannedMigration } from '../../../core/plan.ts'
import { differenceLines, problemBlocks, type PageStyle } from './answers.ts'
import { tableLines } from './table.ts'
import { counted } from './words.ts'

export function planText(stores: readonly PlanReport[], style: PageStyle): string {
  return stores
    .map((one) => planBlock(one, style))
    .filter((one) => one !== '')
    .join('\n\n')
}

function planBlock(report: PlanReport, style: PageStyle): string {
  // What refused it is told as its error, with every problem.
  if (report.plan === null) return ''
  const problems = problemBlocks(report, style)
  const { migrations, direction } = report.plan
  if (migrations.length === 0)
    return `${report.store}: ${idleText(report)}${report.version === null ? '' : `, at ${report.version}`}${aheadText(report)}`
  const lines = tableLines(
    migrations.map((one) => [one.version, one.description, one.file, modeOf(one)]),
    { width: style.width, indent: '  ' },
  )
  const all = migrations.flatMap((one, i) => [lines[i] ?? '', ...remarks(one, style)])
  return [
    [`${style.paint('bold', report.store)}: ${counted(migrations.length, 'migration')} ${direction}`, ...all].join(
      '\n',
    ),
    ...problems,
  ].join('\n\n')
}

function modeOf(planned: PlannedMigration): string {
  const statements = counted(planned.statements, 'statement')
  // Code tells nothing of its statements before it runs.
  if (planned.statements === 0) return 'one transaction'
  if (planned.mode === 'whole') return `one transaction, ${statements}`
  return planned.fromStep === 0 ? `step by step, ${statements}` : `step by step, from step ${planned.fromStep + 1}`
}

function remarks(planned: PlannedMigration, { paint }: PageStyle): string[] {
  return [
    ...planned.reasons.map((one) => `    line ${one.line}: ${one.why}`),
    ...(planned.breaking ? [`    ${paint('yellow', 'breaking')}: older code stops working after this`] : []),
    ...planned.warnings.map((one) => `    ${paint('yellow', 'look')}: ${one}`),
  ]
}

/** The last line of a run for each store; what was applied has been printed as it happened. */
export function runText(stores: readonly RunReport[]): string {
  return runLines(stores, (one) => `${idleText(one)}, ${placeText(one)}${aheadText(one)}`)
}

/** The same of a way back, where what is pending is nothing that was left undone. */
export function downText(stores: readonly RunReport[]): string {
  return runLines(stores, (one) => `nothing to do, ${placeText(one)}`)
}

function runLines(stores: readonly RunReport[], idle: (report: RunReport) => string): string {
  return stores
    .filter((one) => one.error === null || doneIn(one).length > 0)
    .map((one) => `${one.store}: ${doneIn(one).length === 0 ? idle(one) : doneText(one)}`)
    .join('\n')
}

function doneText(report: RunReport): string {
  const done = doneIn(report)
  const word = done.every((one) => one.direction === 'down') ? 'reverted' : 'applied'
  return `${done.length} ${word}, ${placeText(report)}${report.head === null ? '' : `, log head ${report.head}`}`
}

function placeText({ version }: StoreReport): string {
  return version === null ? 'empty' : `at ${version}`
}

function doneIn({ ran }: RunReport): RunReport['ran'] {
  return ran.filter((one) => one.state !== 'failed')
}

/** A store that waits for another one, or for a mended file, has something to do and did nothing. */
function idleText({ pending }: StoreReport): string {
  return pending.length === 0 ? 'nothing to do' : `nothing was done, ${counted(pending.length, 'migration')} pending`
}

function aheadText({ ahead }: StoreReport): string {
  return ahead.length === 0 ? '' : `, ahead of the files here by ${ahead.join(', ')}`
}

export function adoptText(stores: readonly AdoptReport[], style: PageStyle): string {
  return stores
    .filter((one) => one.error === null)
    .map((one) => {
      const compared =
        one.comparison === 'compared'
          ? 'the structure was compared'
          : `the structure was not compared: ${one.comparison}`
      const lines = [
        ...one.adopted.map((version) => `adopted ${version}`),
        `${one.store}: ${one.adopted.length} adopted, at ${one.version ?? '-'}; ${compared}`,
      ]
      return [...lines, ...differenceLines(one.differences, style)].join('\n')
    })
    .join('\n\n')
}
