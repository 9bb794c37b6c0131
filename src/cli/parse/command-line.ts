/** From the words of the command line to a command and its values, or to a request for help. */

import { parseArgs } from 'node:util'
import { LockstepError } from '../../core/error.ts'
import { nearestWord } from '../../core/nearest.ts'
import { parseDuration } from './duration.ts'
import { translateForeign } from './foreign.ts'
import type { CommandSpec, Everywhere, Option, Values } from '../options.ts'
import { allOptions, commands, firstWord, optionsOf, verbs } from '../specs/table.ts'

export interface Invocation<Own = Readonly<Record<string, unknown>>> {
  readonly command: CommandSpec
  readonly words: readonly string[]
  readonly values: Own & Everywhere
}

/** The values of a command's own options, with those of every command. */
export type InvocationOf<Spec extends CommandSpec> = Invocation<Values<Spec['options']>>

export type Parsed =
  | { readonly kind: 'run'; readonly invocation: Invocation }
  | { readonly kind: 'version' }
  /** `null`: the list of all commands. */
  | { readonly kind: 'help'; readonly of: string | null }

interface Token {
  readonly kind: 'option' | 'positional'
  readonly index: number
  readonly name: string
  readonly rawName: string
  readonly value: string | null
  readonly inline: boolean
}

/** Throws `unknown-command`, `word-of-another-tool` or `wrong-arguments`; nothing else has happened by then. */
export function parseCommandLine(argv: readonly string[]): Parsed {
  const rough = tokensOf(argv, allOptions())
  const words = rough.filter((one) => one.kind === 'positional').map((one) => one.value ?? '')
  const asked = (name: string) => rough.some((one) => one.kind === 'option' && one.name === name)
  const command = findCommand(words)
  if (asked('help')) return { kind: 'help', of: command?.name ?? knownVerb(words[0]) }
  if (asked('version')) return { kind: 'version' }
  const foreign = translateForeign(rough, argv)
  if (foreign !== null) throw new LockstepError('word-of-another-tool', foreign)
  if (words[0] === undefined) return { kind: 'help', of: null }
  if (command === null) throw unknownCommand(words)
  if (command.name === 'help') return { kind: 'help', of: words.length === 1 ? null : helpTopic(words.slice(1)) }
  return { kind: 'run', invocation: parseFor(command, argv) }
}

/** The words of a command line as one list of options and plain words, whatever command they belong to. */
export function tokensOf(argv: readonly string[], options: readonly Option[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options.flatMap(declare)),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  return tokens.flatMap((token): Token[] => {
    if (token.kind === 'option-terminator') return []
    if (token.kind === 'positional') {
      return [{ kind: 'positional', index: token.index, name: '', rawName: '', value: token.value, inline: false }]
    }
    const { index, name, rawName } = token
    return [{ kind: 'option', index, name, rawName, value: token.value ?? null, inline: token.inlineValue ?? false }]
  })
}

/** Whether an option of this type takes a word. */
export function takesValue(option: Option): boolean {
  return option.type !== 'flag' && option.type !== 'switch'
}

type Declared = { type: 'string' | 'boolean'; short?: string }

function declare(option: Option): [string, Declared][] {
  const type = takesValue(option) ? 'string' : 'boolean'
  const plain: Declared = option.short === undefined ? { type } : { type, short: option.short }
  return option.type === 'switch'
    ? [
        [option.name, plain],
        [`no-${option.name}`, { type }],
      ]
    : [[option.name, plain]]
}

function findCommand(words: readonly string[]): CommandSpec | null {
  const two = `${words[0]} ${words[1]}`
  return commands.find((one) => one.name === two) ?? commands.find((one) => one.name === words[0]) ?? null
}

function knownVerb(word: string | undefined): string | null {
  return word !== undefined && verbs.includes(word) ? word : null
}

function helpTopic(words: readonly string[]): string {
  const topic = findCommand(words)?.name ?? knownVerb(words[0])
  if (topic === null) throw unknownCommand(words)
  return topic
}

function unknownCommand(words: readonly string[]): LockstepError {
  const [first = '', second] = words
  const under = commands.filter((one) => one.name.startsWith(`${first} `)).map((one) => one.name)
  if (under.length === 0) {
    return new LockstepError('unknown-command', { command: first, nearest: nearestWord(first, verbs) })
  }
  if (second !== undefined) {
    const name = `${first} ${second}`
    return new LockstepError('unknown-command', { command: name, nearest: nearestWord(name, under) })
  }
  return wrong(first, `lockstep ${first} needs one of: ${under.map((name) => name.slice(first.length + 1)).join(', ')}`)
}

function parseFor(command: CommandSpec, argv: readonly string[]): Invocation {
  const options = optionsOf(command)
  const tokens = tokensOf(argv, options)
  const values: Record<string, unknown> = Object.fromEntries(options.map((one) => [one.name, unsaid(one)]))
  for (const token of tokens) {
    if (token.kind === 'option') take(token, { command, options }, values)
  }
  const words = tokens.filter((one) => one.kind === 'positional').map((one) => one.value ?? '')
  return {
    command,
    words: checkWords(command, words.slice(command.name.split(' ').length)),
    // Every option of the table was set above, each by its own type.
    values: values as Invocation['values'],
  }
}

function unsaid(option: Option): false | null | readonly string[] {
  if (option.type === 'flag') return false
  return option.type === 'list' ? [] : null
}

interface Understood {
  readonly command: CommandSpec
  readonly options: readonly Option[]
}

function take(token: Token, { command, options }: Understood, values: Record<string, unknown>): void {
  const refuse = (reason: string) => wrong(command.name, reason)
  const option = options.find(
    (one) => one.name === token.name || (one.type === 'switch' && token.name === `no-${one.name}`),
  )
  if (option === undefined) throw refuse(unknownOption(command, options, token))
  const name = `--${option.name}`
  if (!takesValue(option)) {
    if (token.value !== null) throw refuse(`${name} takes no value`)
    values[option.name] = token.name === option.name
    return
  }
  if (token.value === null || (!token.inline && /^-./.test(token.value))) {
    throw refuse(`${name} needs a value: ${name} <${option.value}>`)
  }
  if (token.value === '') throw refuse(`${name} is empty`)
  if (option.type === 'list') {
    values[option.name] = [...(values[option.name] as readonly string[]), token.value]
    return
  }
  if (values[option.name] !== null) throw refuse(`${name} is said twice`)
  values[option.name] = readValue(command, option, token.value)
}

function readValue(command: CommandSpec, option: Option, text: string): string | number {
  if (option.type === 'duration') {
    const ms = parseDuration(text)
    if (ms === null)
      throw wrong(
        command.name,
        `--${option.name} ${text}: a duration is a number and a unit, like 500ms, 30s, 10m or 1h`,
      )
    return ms
  }
  if (option.type === 'count') {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw wrong(command.name, `--${option.name} ${text}: not a whole number above 0`)
    return Number(text)
  }
  if (option.words !== undefined && !option.words.includes(text)) {
    throw wrong(command.name, `--${option.name} ${text}: not one of ${option.words.join(', ')}`)
  }
  return text
}

function unknownOption(command: CommandSpec, options: readonly Option[], token: Token): string {
  const written = token.rawName
  const names = options.flatMap((one) => (one.type === 'switch' ? [one.name, `no-${one.name}`] : [one.name]))
  const near = nearestWord(token.name, names)
  if (near !== null && token.name.length > 1)
    return `lockstep ${command.name} has no option ${written}; did you mean --${near}?`
  const others = commands
    .filter((one) => one.options.some((option) => option.name === token.name))
    .map((one) => one.name)
  const elsewhere = others.length === 0 ? '' : `; it belongs to: ${others.join(', ')}`
  return `lockstep ${command.name} has no option ${written}${elsewhere}`
}

function checkWords(command: CommandSpec, words: readonly string[]): readonly string[] {
  const extra = words[command.arguments.length]
  if (extra !== undefined && command.arguments.at(-1)?.many !== true) throw wrong(command.name, tooMuch(command, extra))
  for (const [i, argument] of command.arguments.entries()) {
    const word = words[i]
    if (word === undefined || word === '') {
      if (argument.needed) throw wrong(command.name, `lockstep ${command.name} needs <${argument.name}>`)
    } else if (argument.words !== undefined && !argument.words.includes(word)) {
      throw wrong(command.name, `${argument.name} "${word}": not one of ${argument.words.join(', ')}`)
    }
  }
  return words
}

function tooMuch(command: CommandSpec, extra: string): string {
  const shape =
    command.arguments.length === 0
      ? 'takes no words'
      : `takes ${command.arguments.map((one) => `<${one.name}>`).join(' ')}`
  const to = command.options.some((one) => one.name === 'to') ? `; a version goes to --to ${extra}` : ''
  return `"${extra}" is one word too many: lockstep ${command.name} ${shape}${to}`
}

function wrong(command: string, reason: string): LockstepError {
  return new LockstepError('wrong-arguments', { command: firstWord(command) === 'repair' ? 'repair' : command, reason })
}
