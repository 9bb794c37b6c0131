/** What the commands say of a store of documents, as text. */

import type {
  DocumentsReport,
  EndedRun,
  MovedDocuments,
  RefusedDocument,
  StoreReport,
} from '../../../app/answers/report.ts'
import { describe } from '../../../core/error.ts'
import { formatDuration } from '../../parse/duration.ts'
import { verdictStyles, type PageStyle } from './answers.ts'
import { tableLines } from './table.ts'
import { indexedLines } from './indexed.ts'
import { adoptedLines, mendedLines } from './mended.ts'
import { counted, formatBytes, shortTime } from './words.ts'

/** One block for each store of documents that could be looked at. */
export function documentsText(stores: readonly StoreReport[], style: PageStyle): string {
  return stores.flatMap((one) => (one.documents ? [blockOf(one, one.documents, style)] : [])).join('\n\n')
}

function blockOf(report: StoreReport, documents: DocumentsReport, style: PageStyle): string {
  const { paint } = style
  const head = `${paint('bold', report.store)}: ${paint(verdictStyles[report.verdict], report.verdict)} (documents, ${report.place})`
  const parts = partsOf(documents, style)
  const only = parts.length > 0 ? parts : distributionLines(documents, style)
  return [head, ...only, ...refusalLines(documents.refusals, style), ...unfinishedLines(documents)].join('\n')
}

/** What the command did; empty for `status`, whose answer is the distribution itself. */
function partsOf(documents: DocumentsReport, style: PageStyle): string[] {
  const { moved, restored, verified, indexed, mended, adoptedBackups, runs, transforms } = documents
  if (moved !== undefined) return movedLines(moved, style)
  if (restored !== undefined) {
    const { taken, from, run, ...counts } = restored
    const rows = factLines([
      ['put back', counts.restored],
      ['had the old bytes already', counts.asBefore],
      ['refused', counts.refused],
    ])
    const what = from === 'run' ? `run ${taken} taken back` : `documents of ${taken} put back`
    const undo = counts.restored === 0 ? '' : `; to undo this: lockstep restore --run ${run}`
    return [...endedLines(counts.recovered), `  ${what}${undo}`, ...rows]
  }
  if (verified !== undefined) return verifiedLines(verified)
  if (indexed !== undefined) return indexedLines(indexed)
  if (mended !== undefined) return mendedLines(mended)
  if (adoptedBackups !== undefined) return adoptedLines(adoptedBackups)
  if (runs !== undefined) return runLines(runs, style)
  if (transforms !== undefined) return transformLines(transforms, style)
  return []
}

function distributionLines(documents: DocumentsReport, style: PageStyle): string[] {
  const { seen, versions, latest, needsMigration, newer, unreadable, invalid } = documents
  const rows = Object.entries(versions).map(([version, count]) => [version, String(count), percentOf(count, seen)])
  const table = tableLines([['version', 'documents', ''], ...rows], {
    width: style.width,
    right: [1, 2],
    indent: '  ',
  })
  return [
    `  ${counted(seen, 'document')}`,
    '',
    ...(rows.length === 0 ? [] : [...table, '']),
    ...factLines([
      ['latest version', latest ?? '-'],
      ['need migration', needsMigration],
      ['newer than latest', newer],
      ['unreadable', unreadable],
      ['invalid', invalid ?? 'not looked at'],
      ...rareFacts(documents),
    ]),
  ]
}

/** Said only where there are any. */
function rareFacts({ unknown, withoutVersion, leftAlone, links }: DocumentsReport): Fact[] {
  const facts: readonly Fact[] = [
    ['of an unknown version', unknown],
    ['without a version', withoutVersion],
    ['left alone for now', leftAlone],
    ['links, not followed', links],
  ]
  return facts.filter(([, count]) => count !== 0)
}

function percentOf(count: number, all: number): string {
  return `${((100 * count) / Math.max(1, all)).toFixed(1)}%`
}

type Fact = readonly [string, string | number]

function factLines(facts: readonly Fact[]): string[] {
  return tableLines(
    facts.map(([name, value]) => [name, String(value)]),
    { width: null, right: [1], indent: '  ' },
  )
}

function endedLines(dead: readonly EndedRun[]): string[] {
  return dead.map((one) => `  the dead run ${one.run} was ended: ${one.finished} finished, ${one.takenBack} taken back`)
}

function movedLines(moved: MovedDocuments, style: PageStyle): string[] {
  const { direction, to, run, ways, seen, migrated, current, leftAlone, refused, inexact } = moved
  const isPlan = run === null && migrated > 0
  const wayLines = tableLines(
    ways.map(({ way, documents }) => [way, String(documents)]),
    { width: style.width, right: [1], indent: '    ' },
  )
  return [
    `  ${direction} to ${to}${isPlan ? `: a plan, nothing was written (about ${formatBytes(moved.bytes)} of new text)` : ''}`,
    ...endedLines(moved.recovered),
    ...wayLines,
    ...factLines([
      ['documents found', seen],
      [isPlan ? 'would be migrated' : 'migrated', migrated],
      [direction === 'up' ? 'already current' : 'there already', current],
      ['left alone', leftAlone],
      ['refused', refused],
      ...(inexact === 0 ? [] : [['not the bytes from before', inexact] as const]),
    ]),
    ...leftAloneLines(moved),
    ...(moved.stoppedBy === 'limit' ? ['  stopped at --limit: there are more documents to migrate'] : []),
    ...(run === null ? [] : [backupLine(moved, run)]),
  ]
}

function backupLine({ backups, runsFolder, pack, ms }: MovedDocuments, run: string): string {
  const place = backups === 'sidecar' ? 'beside each document as *.backup' : `in ${runsFolder}`
  const all = pack === null ? '' : `, and all documents in ${pack}`
  return `  took ${formatDuration(ms)}; originals are kept ${place}${all}; back again: lockstep restore --run ${run}`
}

const shownMax = 10

function leftAloneLines({ leftAloneShown, leftAlone }: MovedDocuments): string[] {
  const shown = leftAloneShown.slice(0, shownMax).map((one) => `  left alone: ${one.file}: ${one.reason}`)
  return [...shown, ...moreLine(leftAlone - shown.length)]
}

function verifiedLines(verified: NonNullable<DocumentsReport['verified']>): string[] {
  const { good, refused, asMigrated, changedSince, backups, goneToo, damaged, inputs } = verified
  const facts = factLines([
    ['documents good', good],
    ['refused', refused],
    ['as their last migration left them', asMigrated],
    ['changed since, as programs do', changedSince],
    ['backups read', backups],
    ...(goneToo === 0 ? [] : ([['gone with their documents', goneToo]] as const)),
    ['backups damaged', damaged],
    ...(inputs === null
      ? []
      : ([
          ['documents with inputs', inputs.checked],
          ['input snapshots', inputs.snapshots],
          ['inputs that do not fit', inputs.findings.length],
        ] as const)),
  ])
  const findings = (inputs?.findings ?? []).map((one) => `  ${one.file}: ${one.at} ${one.what}`)
  return [...facts, ...findings.slice(0, shownMax), ...moreLine(findings.length - shownMax)]
}

function runLines(runs: NonNullable<DocumentsReport['runs']>, style: PageStyle): string[] {
  if (runs.length === 0) return ['  no run yet']
  const rows = runs.map((one) => [
    one.run,
    one.command,
    shortTime(one.at),
    one.by,
    String(one.replaced),
    one.unfinished ? 'unfinished' : 'done',
  ])
  return tableLines([['run', 'command', 'began (UTC)', 'by', 'documents', ''], ...rows], {
    width: style.width,
    right: [4],
    indent: '  ',
  })
}

function transformLines(transforms: NonNullable<DocumentsReport['transforms']>, style: PageStyle): string[] {
  const lines = tableLines(
    transforms.map((one) => [one.step, one.verdict, counted(one.documents, 'document'), one.file]),
    { width: style.width, indent: '  ' },
  )
  return transforms.flatMap((one, i) => [
    lines[i] ?? '',
    ...one.findings.map(({ file, what }) => `    ${file}: ${what}`),
    ...one.loses.map((what) => `    loses ${what}`),
  ])
}

function refusalLines(refusals: readonly RefusedDocument[], { paint }: PageStyle): string[] {
  const blocks = refusals.slice(0, shownMax).flatMap(({ error }) => {
    const { what, help } = describe(error.code, error.details)
    const [first = '', ...more] = what.split('\n')
    return [
      `${paint('red', 'refused')}[${error.code}]: ${first}`,
      ...more,
      ...help.slice(0, 1).map((one) => `  ${paint('dim', 'do')} ${one}`),
    ]
  })
  return blocks.length === 0 ? [] : ['', ...blocks, ...moreLine(refusals.length - shownMax)]
}

function moreLine(count: number): string[] {
  return count > 0 ? [`  and ${count} more: --json names them`] : []
}

function unfinishedLines({ unfinished }: DocumentsReport): string[] {
  return unfinished.map((run) => `  run ${run} did not come to its end; lockstep up finishes or sweeps what it left`)
}
