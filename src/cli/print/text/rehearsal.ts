/** What rehearsals have shown, for people. */

import type { RehearsedReport, RehearseReport } from '../../../app/rehearse.ts'
import type { Style } from '../../terminal/terminal.ts'
import { differenceLines, type PageStyle } from './answers.ts'
import { tableLines } from './table.ts'
import { counted } from './words.ts'

export function rehearsalText(stores: readonly RehearseReport[], style: PageStyle): string {
  return stores
    .filter((one) => one.error === null || one.rehearsed.length > 0)
    .map((one) => storeBlock(one, style))
    .join('\n\n')
}

function storeBlock({ store, rehearsed }: RehearseReport, style: PageStyle): string {
  const name = style.paint('bold', store)
  if (rehearsed.length === 0) return `${name}: nothing is pending; lockstep rehearse --all tries every migration`
  const rows = rehearsed.map((one) => [one.verdict, one.version, one.file, remarkOf(one)])
  const lines = tableLines(rows, { width: style.width, indent: '  ' })
  const body = rehearsed.flatMap((one, i) => [paintVerdict(lines[i] ?? '', one, style), ...detailsOf(one, style)])
  return [`${name}: ${counted(rehearsed.length, 'migration')}, ${tally(rehearsed)}`, ...body].join('\n')
}

/** `3 exact, 1 fails`. */
function tally(rehearsed: readonly RehearsedReport[]): string {
  const groups = Map.groupBy(rehearsed, (one) => one.verdict)
  return [...groups].map(([verdict, list]) => `${list.length} ${verdict}`).join(', ')
}

/** Which leg decided it, on which rows. */
export function remarkOf({ leg, data, reason, verdict, lost }: RehearsedReport): string {
  const rows = data === 'seeded' ? ' on rows' : ''
  const where = leg === null || verdict === 'exact' ? '' : `${leg}${rows}`
  const counts = lost.map((one) => `${one.table} ${one.lost} of ${counted(one.rows, 'row')}`).join(', ')
  return [where, counts, reason ?? ''].filter((one) => one !== '').join(': ')
}

function detailsOf(one: RehearsedReport, style: PageStyle): string[] {
  const { error } = one
  const at = error?.file == null ? [] : [`    at ${error.file}:${error.line ?? 1}:${error.column ?? 1}`]
  const differences = differenceLines(one.differences, style).map((line) => `  ${line}`)
  const notes = style.verbose || !one.acceptable ? one.notes.map((note) => `    note: ${note}`) : []
  return [...at, ...differences, ...notes]
}

function paintVerdict(line: string, { verdict, acceptable }: RehearsedReport, { paint }: PageStyle): string {
  const colour: Style = verdict === 'exact' ? 'green' : acceptable ? 'yellow' : 'red'
  return line.replace(verdict, (word) => paint(colour, word))
}
