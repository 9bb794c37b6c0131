/** The guide: each transcript as a page, its prose as text and its commands with what they print. */

import { parseScript, printScript, type Item } from './script.ts'

export interface Page {
  /** `010-first-migration.txt` */
  readonly name: string
  readonly text: string
}

export function guideOf(text: string): string {
  const { items, files } = parseScript(text)
  const [title = '', ...rest] = titleOf(items)
  const start = Object.entries(files).map(([path, content]) => `\`${path}\`\n\n${fenced(content)}`)
  const beginning = start.length === 0 ? [] : ['The folder in which this begins:', ...start, 'And then:']
  const blocks = blocksOf(items.slice(1))
  return `${[`# ${title}`, ...(rest.length === 0 ? [] : [rest.join('\n')]), ...beginning, ...blocks].join('\n\n')}\n`
}

/** The contents of the guide, in the order in which it reads best. */
export function guideTable(pages: readonly Page[]): string {
  const lines = pages.map(({ name, text }) => {
    const [title = ''] = titleOf(parseScript(text).items)
    return `- [${title}](${name.replace(/\.txt$/, '.md')})`
  })
  return `# Guide

A tour in order. Each page is a session that a test plays again at every change (\`test/transcripts\`), so what it shows is
what is printed: lines that begin with \`!\` are standard error, \`exit\` is the exit code. \`write\`, \`edit\`, \`sql\` and the
like stand for what a person does between two commands. Made by \`npm run accept\`.

${lines.join('\n')}
`
}

function titleOf([first]: readonly Item[]): string[] {
  if (first?.kind !== 'prose') throw new Error('a transcript begins with what it shows')
  const [title = '', ...rest] = first.lines.filter((line) => !line.startsWith('needs: '))
  return [title.replace(/[.:]$/, ''), ...rest]
}

/** Commands that follow each other share a block. */
function blocksOf(items: readonly Item[]): string[] {
  const blocks: string[] = []
  let commands: Item[] = []
  const flush = (): void => {
    if (commands.length > 0) blocks.push(fenced(printScript({ items: commands, files: {} }).replaceAll(/^\\/gm, '')))
    commands = []
  }
  for (const item of items) {
    if (item.kind === 'command') commands.push(item)
    else {
      flush()
      blocks.push(item.lines.join('\n'))
    }
  }
  flush()
  return blocks
}

/** A fence that no fence in the text can close. */
function fenced(text: string): string {
  const fence = text.includes('```') ? '````' : '```'
  return `${fence}text\n${text.replace(/\n$/, '')}\n${fence}`
}
