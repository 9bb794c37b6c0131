/** What `reindex` did or found, as text. */

import type { IndexedDocuments } from '../../../app/answers/report.ts'
import { formatDuration } from '../../parse/duration.ts'
import { tableLines } from './table.ts'

const shownMax = 10

/** Lines below the name of the store. */
export function indexedLines(indexed: IndexedDocuments): string[] {
  const { table, place, work, seen, rows, refused, columns, ms } = indexed
  const where = `${table} in ${place}`
  const facts = [['documents found', seen], ...factsOf(indexed), ['without a row', refused]] as const
  const lines = tableLines(
    facts.map(([name, count]) => [name, String(count)]),
    { width: null, right: [1], indent: '  ' },
  )
  switch (work) {
    case 'rebuilt':
      return [`  ${where}: rebuilt, ${rows} rows, took ${formatDuration(ms)}`, ...lines]
    case 'left':
      return [`  ${where}: left as it was`, ...lines]
    case 'compared':
      return columns.length === 0
        ? [`  ${where}: compared, nothing was written`, ...lines, ...differenceLines(indexed)]
        : [`  ${where}: not the columns of the configuration`, ...columns.map((one) => `    ${one}`)]
  }
}

function factsOf({ work, rows, missing, differing, extra }: IndexedDocuments): (readonly [string, number])[] {
  if (work !== 'compared') return []
  return [
    ['rows as their documents', rows],
    ['rows missing', missing],
    ['rows differing', differing],
    ['rows of no document', extra],
  ]
}

function differenceLines({ differences, missing, differing, extra }: IndexedDocuments): string[] {
  const shown = differences
    .slice(0, shownMax)
    .map(({ file, what, columns }) => `  ${what} ${file}${columns.length === 0 ? '' : `: ${columns.join(', ')}`}`)
  const more = missing + differing + extra - shown.length
  return more > 0 ? [...shown, `  and ${more} more: --json names the first thousand`] : shown
}
