/** What the read-only commands answer, as text. */

import type {
  DoctorReport,
  HistoryReport,
  PendingReport,
  StoreReport,
  Verdict,
  VerifyReport,
} from '../../../app/answers/report.ts'
import type { Finding } from '../../../core/ports.ts'
import type { Difference } from '../../../core/shape.ts'
import { formatDuration } from '../../parse/duration.ts'
import type { Paint, Style } from '../../terminal/terminal.ts'
import { renderProblem } from '../error.ts'
import { tableLines } from './table.ts'
import { counted, shortTime } from './words.ts'

export interface PageStyle {
  readonly paint: Paint
  readonly width: number | null
  readonly verbose: boolean
  /** See `ErrorStyle`. */
  readonly flags?: string
}

/** One line a store, then what is pending and what is wrong. */
export function statusText(stores: readonly StoreReport[], style: PageStyle): string {
  const readable = stores.filter((one) => one.error === null || one.verdict !== 'blocked' || one.problems.length > 0)
  const head = ['store', 'kind', 'verdict', 'version', 'applied', 'pending', ...(style.verbose ? ['place'] : [])]
  const rows = readable.map((one) => [
    one.store,
    one.kind,
    one.verdict,
    one.version ?? '-',
    String(one.applied),
    String(one.pending.length),
    ...(style.verbose ? [one.place] : []),
  ])
  const lines = tableLines([head, ...rows], { width: style.width, right: [4, 5] })
  const painted = lines.map((line, i) => paintVerdict(line, readable[i - 1]?.verdict, style.paint))
  const parts = readable.length === 0 ? [] : [painted.join('\n')]
  for (const one of readable) {
    if (one.pending.length > 0) parts.push([`pending in ${one.store}:`, ...pendingLines(one.pending, style)].join('\n'))
    if (one.ahead.length > 0) parts.push(aheadLine(one))
    parts.push(...problemBlocks(one, style))
  }
  return parts.join('\n\n')
}

function aheadLine({ store, ahead, verdict }: StoreReport): string {
  const line = `${store} is ahead of the files here by ${ahead.join(', ')}`
  return verdict === 'incompatible' ? `${line}, which is breaking: use the release that holds it` : line
}

/** Every problem of a store; on a page of answers they are answers. */
export function problemBlocks(report: StoreReport, { paint, flags = '' }: PageStyle): string[] {
  return report.problems.map((one) => renderProblem(one, report.store, { paint, flags, debug: false }))
}

/** How each verdict is painted. */
export const verdictStyles: Readonly<Record<Verdict, Style>> = {
  current: 'green',
  behind: 'yellow',
  ahead: 'yellow',
  incompatible: 'red',
  blocked: 'red',
}

function paintVerdict(line: string, verdict: Verdict | undefined, paint: Paint): string {
  // The cell and not the store of the same name: verdicts stand after two columns.
  return verdict === undefined
    ? paint('dim', line)
    : line.replace(
        new RegExp(`^(\\S+ +\\S+ +)${verdict}`),
        (_, before: string) => before + paint(verdictStyles[verdict], verdict),
      )
}

function pendingLines(pending: readonly PendingReport[], style: PageStyle): string[] {
  const lines = tableLines(
    pending.map((one) => [one.version, one.description, one.file]),
    { width: style.width, indent: '  ' },
  )
  return pending.flatMap((one, i) => [
    lines[i] ?? '',
    ...(one.resumesAt === null ? [] : [`    goes on after step ${one.resumesAt.done} of ${one.resumesAt.total}`]),
    ...(one.lastFailure === null ? [] : [`    last attempt: ${one.lastFailure}`]),
  ])
}

export function historyText(stores: readonly HistoryReport[], style: PageStyle): string {
  return stores
    .filter((one) => one.error === null)
    .map((one) =>
      [
        style.paint('bold', `store ${one.store}`),
        ...recordLines(one, style),
        ...(style.verbose ? logLines(one, style) : []),
      ].join('\n'),
    )
    .join('\n\n')
}

function recordLines(report: HistoryReport, style: PageStyle): string[] {
  if (report.records.length === 0) return ['  nothing was applied yet']
  const head = ['version', 'description', 'applied (UTC)', 'by', 'took', 'release', 'state']
  const rows = report.records.map((one) => [
    one.version,
    one.description,
    shortTime(one.appliedAt),
    one.appliedBy,
    formatDuration(one.durationMs),
    one.release ?? '-',
    one.state === 'applied' ? 'applied' : `${one.state}, ${one.stepsDone} of ${one.stepsTotal} steps`,
  ])
  return tableLines([head, ...rows], { width: style.width, indent: '  ' })
}

function logLines(report: HistoryReport, style: PageStyle): string[] {
  const rows = report.log.map((one) => [
    String(one.id),
    shortTime(one.at),
    one.event,
    one.version ?? '-',
    one.by,
    one.detail,
    one.hash.slice(0, 12),
  ])
  if (rows.length === 0) return []
  return [
    '',
    '  log',
    ...tableLines([['row', 'at (UTC)', 'event', 'version', 'by', 'detail', 'hash'], ...rows], {
      width: style.width,
      right: [0],
      indent: '  ',
    }),
  ]
}

export function verifyText(stores: readonly VerifyReport[], style: PageStyle): string {
  return stores
    .filter((one) => one.error === null)
    .map((one) => verifyBlock(one, style))
    .join('\n\n')
}

function verifyBlock(report: VerifyReport, style: PageStyle): string {
  const log = report.logRows === 0 ? 'no log yet' : `log whole (${counted(report.logRows, 'row')})`
  const problems = report.problems.length === 0 ? 'files fit the history' : counted(report.problems.length, 'problem')
  const drift = report.structure === undefined ? '' : `, structure ${report.structure}`
  const lines = [`${style.paint('bold', report.store)}: ${log}, ${problems}${drift}`]
  if (report.head !== null) lines.push(`  head ${report.head}`)
  lines.push(...differenceLines(report.differences, style), ...remedyLines(report, style))
  return [lines.join('\n'), ...problemBlocks(report, style)].join('\n\n')
}

/** Statements for a person to look at; nothing runs them. */
function remedyLines({ remedies = [], unmended = [] }: VerifyReport, { paint }: PageStyle): string[] {
  const head = remedies.length === 0 ? [] : [`  ${paint('dim', 'to bring it back:')}`]
  const statements = remedies.map((one) => `${one}${one.startsWith('--') ? '' : ';'}`.replaceAll(/^/gm, '    '))
  return [...head, ...statements, ...unmended.map((one) => `    -- by hand: ${one}`)]
}

/** What a structure has other than it should. */
export function differenceLines(differences: readonly Difference[], style: PageStyle): string[] {
  if (differences.length === 0) return []
  const rows = differences.map((one) => [
    one.what,
    one.kind,
    one.name,
    one.fact === null ? '' : `${one.fact}: expected ${one.expected ?? 'nothing'}, found ${one.found ?? 'nothing'}`,
  ])
  return tableLines(rows, { width: style.width, indent: '  ' })
}

const grades: Readonly<Record<Finding['grade'], { mark: string; style: Style }>> = {
  good: { mark: 'ok  ', style: 'green' },
  attention: { mark: 'look', style: 'yellow' },
  bad: { mark: 'bad ', style: 'red' },
  fact: { mark: '    ', style: 'dim' },
}

export function doctorText(here: readonly Finding[], stores: readonly DoctorReport[], style: PageStyle): string {
  const blocks = [['here', ...here.flatMap((one) => findingLines(one, style))]]
  for (const one of stores) {
    blocks.push([
      `store ${one.store} (${one.kind}, ${one.place})`,
      ...one.findings.flatMap((finding) => findingLines(finding, style)),
    ])
  }
  return blocks.map(([head = '', ...lines]) => [style.paint('bold', head), ...lines].join('\n')).join('\n\n')
}

function findingLines(finding: Finding, { paint }: PageStyle): string[] {
  const { mark, style } = grades[finding.grade]
  const first = `  ${paint(style, mark)}  ${finding.what}`
  return finding.help === null ? [first] : [first, `        ${paint('dim', 'do')} ${finding.help}`]
}
