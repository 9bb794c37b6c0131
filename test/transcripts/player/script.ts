/**
 * The text of a transcript: prose after `#`, commands after `$`, what they printed below them, and at the end the files
 * of the folder it starts in, each after `-- path --`. Printed again it is the same text, whatever the blank lines were.
 */

export type Item =
  | { readonly kind: 'prose'; readonly lines: readonly string[] }
  | {
      readonly kind: 'command'
      readonly line: string
      /** What `write` writes: the lines below it, that begin with four blanks. */
      readonly content: readonly string[]
      /** What it printed, with its exit code as the last line. */
      readonly output: readonly string[]
    }

export interface Script {
  readonly items: readonly Item[]
  readonly files: Readonly<Record<string, string>>
  /** What it says after `# needs:`, such as `postgres`. */
  readonly needs: readonly string[]
}

const marker = /^-- (\S+) --$/

export function parseScript(text: string): Script {
  const lines = text.replace(/\n$/, '').split('\n')
  const end = lines.findIndex((line) => marker.test(line))
  const items = parseItems(end === -1 ? lines : lines.slice(0, end))
  const prose = items.flatMap((item) => (item.kind === 'prose' ? item.lines : []))
  const needs = prose.flatMap((line) => /^needs: (.*)$/.exec(line)?.[1]?.split(', ') ?? [])
  return { items, files: end === -1 ? {} : parseFiles(lines.slice(end)), needs }
}

function parseItems(lines: readonly string[]): Item[] {
  const items: Item[] = []
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? ''
    const block = takeBlock(lines, at)
    at += block.length
    if (line.startsWith('$ ')) items.push(parseCommand(block))
    else if (line.startsWith('#')) items.push({ kind: 'prose', lines: block.filter(isProse).map(withoutMark) })
    else if (line !== '') throw new Error(`neither prose nor a command: ${line}`)
  }
  return items
}

/** From `at` up to the next block: prose ends with its last `#`, a command before the next `#` or `$`. */
function takeBlock(lines: readonly string[], at: number): string[] {
  const first = lines[at] ?? ''
  if (first === '') return ['']
  const rest = lines.slice(at + 1)
  const ends = first.startsWith('$ ') ? (line: string) => /^(?:\$ |#)/.test(line) : (line: string) => !isProse(line)
  const length = rest.findIndex(ends)
  return [first, ...(length === -1 ? rest : rest.slice(0, length))]
}

function isProse(line: string): boolean {
  return line.startsWith('#')
}

function withoutMark(line: string): string {
  return line.replace(/^# ?/, '')
}

function parseCommand([line = '', ...rest]: readonly string[]): Item {
  const below = rest.slice(0, rest.findLastIndex((one) => one !== '') + 1)
  const written = line.startsWith('$ write ')
  return {
    kind: 'command',
    line: line.slice(2),
    content: written ? below.map((one) => one.replace(/^ {4}/, '')) : [],
    output: written ? [] : below.map((one) => one.replace(/^\\/, '')),
  }
}

/** A printed line that looks like one of ours begins with a backslash. */
function escaped(line: string): string {
  return /^(?:[#$\\]|-- \S+ --$)/.test(line) ? `\\${line}` : line
}

function parseFiles(lines: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {}
  let path = ''
  for (const line of lines) {
    const found = marker.exec(line)?.[1]
    if (found !== undefined) files[(path = found)] = ''
    else files[path] += `${line}\n`
  }
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replace(/\n+$/, '\n')]))
}

export function printScript({ items, files }: Pick<Script, 'items' | 'files'>): string {
  const blocks = items.map((item) => printItem(item).join('\n'))
  const embedded = Object.entries(files).map(([path, text]) => `-- ${path} --\n${text}`)
  return `${[...blocks, ...embedded.map((one) => one.replace(/\n$/, ''))].join('\n\n')}\n`
}

function printItem(item: Item): string[] {
  if (item.kind === 'prose') return item.lines.map((line) => (line === '' ? '#' : `# ${line}`))
  return [`$ ${item.line}`, ...item.content.map((line) => (line === '' ? '' : `    ${line}`)), ...item.output.map(escaped)]
}
