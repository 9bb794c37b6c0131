import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandsReference } from '../src/cli/guide/reference.ts'
import { parseCommandLine } from '../src/cli/parse/command-line.ts'
import { commands } from '../src/cli/specs/table.ts'
import { catalogue } from '../src/core/error.ts'

const root = new URL('..', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const codes = Object.keys(catalogue) as (keyof typeof catalogue)[]
const pages = readdirSync(new URL('docs/errors', root)).map((name) => name.replace(/\.md$/, ''))

test('each error has a page, and each page an error', () => {
  expect(pages.toSorted()).toEqual(codes.toSorted())
})

test.each(codes.filter((code) => pages.includes(code)))('the page of %s says what the catalogue says', (code) => {
  const page = read(`docs/errors/${code}.md`)
  expect(page.startsWith(`# ${code}\n`)).toBe(true)
  expect(page).toContain(`error[${code}]: `)
  expect(page).toContain(catalogue[code].why)
  expect(page).toContain(`Exit code: ${catalogue[code].exit} `)
  expect(page).toContain('## What to do\n')
})

test('the reference of commands is the one that the table makes', async () => {
  await expect(commandsReference()).toMatchFileSnapshot(new URL('docs/reference/commands.md', root).pathname)
})

test.each(commands.map((one) => one.name))('%s has its section in the reference', (name) => {
  expect(read('docs/reference/commands.md')).toContain(`\n## lockstep ${name}\n`)
})

/** Details in which every field that a text could ask for is there, and looks like itself. */
function sampleDetails(code: string): unknown {
  if (code === 'unknown-command') return { command: 'stauts', nearest: 'status' }
  if (code === 'why-needed') return { command: 'repair unlock' }
  return new Proxy({}, { get: (_, name) => sampleOf(String(name)) })
}

const lists = /^(?:known|faults|circle|others|failed|done|blockedBy|violations|differences|nearest|searched)$/

function sampleOf(name: string): unknown {
  if (name === 'names') return [{ name: 'NAME', wanted: 'stores.app.url' }]
  if (name === 'command') return 'status'
  if (lists.test(name)) return ['one']
  return /ms$|steps|bytes|row|line|column|records|problems|total$|depth|offset|free|needed/i.test(name) ? 1 : name
}

/** Every `lockstep ...` in a text, to the end of what is a command line. */
function commandLines(text: string): string[] {
  return [...text.matchAll(/(?<![\w./"'-])lockstep ((?:--?[a-z]|[a-z])(?:[^\n`"|]|"[^"\n]*")*)/g)].map(
    (match) => match[1] ?? '',
  )
}

function isUnderstood(line: string): boolean {
  const words = line
    .replace(/ {4}.*$/, '')
    .replaceAll(/--applied\|--not-applied/g, '--applied')
    .match(/"[^"]*"|<[^>]*>|\S+/g)
  try {
    parseCommandLine((words ?? []).map((word) => word.replaceAll('"', '').replace(/^<.*>$/, 'word')))
    return true
  } catch {
    return false
  }
}

test.each(codes)('the commands that %s advises are real', (code) => {
  const { help } = catalogue[code] as unknown as { help: (details: unknown) => readonly string[] }
  const lines = help(sampleDetails(code))
    .flatMap(commandLines)
    .map((line) => line.replace(/, then.*$|,? and .*$| {2,}.*$/, ''))
  expect(lines.filter((line) => !isUnderstood(line))).toEqual([])
})

test.each(pages)('the commands on the page of %s are real', (code) => {
  const inline = [...read(`docs/errors/${code}.md`).matchAll(/`(lockstep [^`]+)`/g)].map((match) => match[1] ?? '')
  expect(inline.flatMap(commandLines).filter((line) => !isUnderstood(line))).toEqual([])
})

test('a command that does not exist is seen', () => {
  expect(commandLines('end it, then: lockstep frobnicate --now').filter((line) => !isUnderstood(line))).toHaveLength(1)
  expect(commandLines('`lockstep up --frob`').filter((line) => !isUnderstood(line))).toHaveLength(1)
  expect(commandLines('lockstep repair accept 7 --why "x y"').filter(isUnderstood)).toHaveLength(1)
})
