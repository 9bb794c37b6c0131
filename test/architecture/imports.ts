/** Every import of every file, and what the table of ARCHITECTURE.md says of it. Pure: files come as texts. */

import { posix } from 'node:path'

/** Path (`src/core/judge.ts`) to text. */
export type Files = ReadonlyMap<string, string>

export interface Import {
  readonly from: string
  /** A path of ours, or a package. */
  readonly to: string
  readonly external: boolean
}

/** One row of the table: what a part may import. */
export interface Row {
  readonly parts: readonly string[]
  readonly packages: readonly string[]
}

export type Table = ReadonlyMap<string, Row>

/** Reads the table whose head is `| part | may import | packages | ...`. */
export function readTable(markdown: string): Table {
  const lines = markdown.split('\n')
  const head = lines.findIndex((line) => line.startsWith('| part | may import | packages |'))
  const table = new Map<string, Row>()
  for (const line of head === -1 ? [] : lines.slice(head + 2)) {
    if (!line.startsWith('|')) break
    const [part = '', parts = '', packages = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    table.set(part, { parts: listOf(parts), packages: listOf(packages) })
  }
  return table
}

function listOf(cell: string): string[] {
  return cell === '-' ? [] : cell.split(',').map((one) => one.trim())
}

/** `from '...'`, `import '...'` and `import('...')`, with types too; `lockstep` stands in texts that we write for users. */
const specifier = /\b(?:from\s+|import\s+|import\s*\(\s*)'(?!lockstep')([\w@.][\w@./:-]*)'/g

export function readImports(files: Files): Import[] {
  return [...files].flatMap(([from, text]) =>
    [...text.matchAll(specifier)].map(([, to = '']) =>
      to.startsWith('.')
        ? { from, to: posix.join(posix.dirname(from), to), external: false }
        : { from, to: to.startsWith('node:') ? 'node' : to, external: true },
    ),
  )
}

/** One sentence for each import that the table does not allow. */
export function findForbidden(imports: readonly Import[], table: Table): string[] {
  return imports.flatMap(({ from, to, external }) => {
    const [part, folder] = placeOf(from)
    if (external) return packageAllowed(to, [part, folder], table) ? [] : [`${from} may not import ${to}`]
    const [otherPart, otherFolder] = placeOf(to)
    const allowed = part === otherPart ? folderAllowed(folder, otherFolder, table) : partAllowed(part, otherPart, table)
    return allowed ? [] : [`${from} may not import ${to}`]
  })
}

/** The part that a file belongs to, and the folder inside it where that has a row of its own (`stores/sqlite`). */
function placeOf(file: string): [part: string, folder: string] {
  const [, part = '', inside = '', ...rest] = file.split('/')
  if (inside === '') return ['index', 'index']
  return [part, rest.length === 0 ? part : `${part}/${inside}`]
}

function partAllowed(part: string, other: string, table: Table): boolean {
  return table.get(part)?.parts.includes(other) ?? false
}

/** Folders without a row may import what they like within their part; files directly in it belong to all. */
function folderAllowed(folder: string, other: string, table: Table): boolean {
  const row = table.get(folder)
  if (row === undefined || folder === other || !other.includes('/')) return true
  return !folder.includes('/') || row.parts.includes(other)
}

function packageAllowed(name: string, [part, folder]: [string, string], table: Table): boolean {
  const row = table.get(folder) ?? table.get(part)
  return row?.packages.includes(name) ?? false
}

/** Circles of files, each as the files that are in it. */
export function findCycles(imports: readonly Import[]): string[][] {
  const next = Map.groupBy(
    imports.filter((one) => !one.external),
    (one) => one.from,
  )
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'open') cycles.push(path.slice(path.indexOf(file)))
    if (state.has(file)) return
    state.set(file, 'open')
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    state.set(file, 'done')
  }
  for (const file of next.keys()) visit(file, [])
  return cycles
}
