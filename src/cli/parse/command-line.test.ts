import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import { parseCommandLine, type Invocation } from './command-line.ts'

function run(line: string): Invocation {
  const parsed = parseCommandLine(split(line))
  if (parsed.kind !== 'run') throw new Error(`not a command to run: ${parsed.kind}`)
  return parsed.invocation
}

function refusal(line: string): { code: string; message: string } {
  try {
    parseCommandLine(split(line))
  } catch (error) {
    if (isLockstepError(error)) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error(`was not refused: ${line}`)
}

function split(line: string): string[] {
  return line === '' ? [] : line.split(' ')
}

test('what was not said has the empty value of its type', () => {
  expect(run('up').values).toMatchObject({ to: null, atomic: false, store: [], color: null, 'lock-wait': null })
})

test.each([
  ['a word', 'up --to 0003', { to: '0003' }],
  ['a word after an equals sign', 'up --to=0003', { to: '0003' }],
  ['a word that begins with a dash, after an equals sign', 'repair unlock --why=-dead', { why: '-dead' }],
  ['a list keeps its order', 'up --store b --store a', { store: ['b', 'a'] }],
  ['a duration in milliseconds', 'up --wait 2m', { wait: 120_000 }],
  ['a whole number', 'down --steps 3', { steps: 3 }],
  ['a switch on', 'new x --down', { down: true }],
  ['a switch off', 'new x --no-down', { down: false }],
  ['a short form', 'status -q', { quiet: true }],
  ['options before the command', '--json --store app status', { json: true, store: ['app'] }],
])('%s', (_, line, expected) => {
  expect(run(line).values).toMatchObject(expected)
})

test.each([
  ['a command of two words', 'repair accept 0007 --why x', 'repair accept', ['0007']],
  ['a plain word', 'new add_email', 'new', ['add_email']],
  ['a word after two dashes is never an option', 'new -- --odd', 'new', ['--odd']],
])('%s', (_, line, command, words) => {
  const invocation = run(line)
  expect([invocation.command.name, invocation.words]).toEqual([command, words])
})

test.each([
  ['nothing at all asks for help', '', { kind: 'help', of: null }],
  ['--help before anything else', '--help', { kind: 'help', of: null }],
  ['--help of a command', 'up --help', { kind: 'help', of: 'up' }],
  ['--help wins over what is wrong', 'up --nonsense --help', { kind: 'help', of: 'up' }],
  ['help of a command', 'help up', { kind: 'help', of: 'up' }],
  ['help of a command of two words', 'help repair accept', { kind: 'help', of: 'repair accept' }],
  ['help of the first of two words', 'repair --help', { kind: 'help', of: 'repair' }],
  ['--version', '--version', { kind: 'version' }],
  ['-V', '-V', { kind: 'version' }],
])('%s', (_, line, expected) => {
  expect(parseCommandLine(split(line))).toEqual(expected)
})

test.each([
  ['a misspelled command', 'stauts', 'unknown-command', 'stauts'],
  ['a misspelled second word', 'repair acept', 'unknown-command', 'repair acept'],
  ['a missing second word', 'repair', 'wrong-arguments', 'accept, resolve, unlock'],
  ['a misspelled option', 'up --tow 3', 'wrong-arguments', 'did you mean --to?'],
  ['an option of another command', 'status --atomic', 'wrong-arguments', 'it belongs to: up'],
  ['an option without its value', 'up --to', 'wrong-arguments', '--to needs a value: --to <version>'],
  ['an option in place of a value', 'up --to --atomic', 'wrong-arguments', '--to needs a value'],
  ['an empty value', 'up --to=', 'wrong-arguments', '--to is empty'],
  ['a value for a flag', 'up --atomic=no', 'wrong-arguments', '--atomic takes no value'],
  ['two values', 'up --to 1 --to 2', 'wrong-arguments', '--to is said twice'],
  ['a duration without a unit', 'up --wait 5', 'wrong-arguments', 'a number and a unit'],
  ['a number below one', 'down --steps 0', 'wrong-arguments', 'not a whole number above 0'],
  ['a word too many', 'up 0003', 'wrong-arguments', 'a version goes to --to 0003'],
  ['a word too few', 'new', 'wrong-arguments', 'lockstep new needs <name>'],
  ['a word that is not on the list', 'completion tcsh', 'wrong-arguments', 'not one of bash, zsh, fish'],
  ['help of nothing we have', 'help frob', 'unknown-command', 'frob'],
])('%s is refused', (_, line, code, text) => {
  const { code: found, message } = refusal(line)
  expect(found).toBe(code)
  expect(message).toContain(text)
})
