/** Comparisons as Markdown, for the terminal and for bench/README.md. */

import type { Comparison, Row, Spread } from './compare.ts'

const columns = ['', 'ms', 'least - most', 'CPU ms', 'MB', 'times the first', 'least - most', 'CPU times'] as const

export function tableOf({ title, rounds, rows }: Comparison): string {
  const cells = [[...columns], ...rows.map(cellsOf)]
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]): string => `| ${row.map((cell, at) => padded(cell, at, widths)).join(' | ')} |`
  const [head = [], ...body] = cells
  const ruler = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [`**${title}** (${rounds} rounds)`, '', line(head), ruler, ...body.map(line), ''].join('\n')
}

function padded(cell: string, at: number, widths: readonly number[]): string {
  const width = widths[at] ?? 0
  return at === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function cellsOf({ name, wallMs, cpuMs, rssMb, ratio, cpuRatio, failed }: Row): string[] {
  if (failed !== null) return [name, 'did not run', ...columns.slice(2).map(() => '')]
  return [
    name,
    wallMs.median.toFixed(0),
    range(wallMs, 0),
    cpuMs.median.toFixed(0),
    rssMb.median.toFixed(0),
    ratio.median.toFixed(2),
    range(ratio, 2),
    cpuRatio.median.toFixed(2),
  ]
}

function range({ least, most }: Spread, digits: number): string {
  return `${least.toFixed(digits)} - ${most.toFixed(digits)}`
}
