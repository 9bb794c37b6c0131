/** Plain aligned columns. */

export interface TableOptions {
  /** Columns of the terminal; `null`: nothing is cut. */
  readonly width: number | null
  /** Columns whose cells stand at the right, from 0. */
  readonly right?: readonly number[]
  readonly indent?: string
}

const gap = '  '
const narrowest = 8

/** Lines of equal columns. Where they are wider than the terminal, the widest column is cut. */
export function tableLines(rows: readonly (readonly string[])[], options: TableOptions): string[] {
  const indent = options.indent ?? ''
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => textWidth(row[i] ?? ''))))
  if (options.width !== null) shrink(widths, options.width - indent.length)
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const width = widths[i] ?? 0
      const shown = cut(cell, width)
      const blanks = ' '.repeat(width - textWidth(shown))
      return options.right?.includes(i) === true ? blanks + shown : shown + blanks
    })
    return (indent + cells.join(gap)).trimEnd()
  })
}

/** Columns that a text takes, near enough: combining marks take none, wide East Asian characters two. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text) {
    if (/\p{Mark}/u.test(char)) continue
    width += /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFF00-\uFF60\u{1F300}-\u{1FAFF}]/u.test(char)
      ? 2
      : 1
  }
  return width
}

function shrink(widths: number[], limit: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap.length * Math.max(0, widths.length - 1)
  const excess = total() - limit
  if (excess <= 0) return
  const widest = widths.indexOf(Math.max(...widths))
  widths[widest] = Math.max(narrowest, (widths[widest] ?? 0) - excess)
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let shown = ''
  for (const char of text) {
    if (textWidth(shown) + textWidth(char) > width - 1) break
    shown += char
  }
  return `${shown}…`
}
