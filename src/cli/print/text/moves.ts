/** What the commands that plan or make a change answer, as text. */

import type { AdoptReport, PlanReport, RunReport } from '../../../app/report.ts'
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
  const problems = problemBlocks(report, style)
  if (report.plan === null) return problems.join('\n\n')
  const { migrations, direction } = report.plan
  if (migrations.length === 0)
    return `${report.store}: nothing to do${report.version === null ? '' : `, at ${report.version}`}`
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
  return stores
    .filter((one) => one.error === null)
    .map(runLine)
    .join('\n')
}

function runLine(report: RunReport): string {
  const at = report.version === null ? 'empty' : `at ${report.version}`
  const done = report.ran.filter((one) => one.state !== 'failed')
  if (done.length === 0) return `${report.store}: nothing to do, ${at}`
  const word = done.every((one) => one.direction === 'down') ? 'reverted' : 'applied'
  return `${report.store}: ${done.length} ${word}, ${at}${report.head === null ? '' : `, log head ${report.head}`}`
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
