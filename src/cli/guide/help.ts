/** The help texts, made from the table of commands. */

import { everywhere, exitMeanings, type CommandSpec, type Option } from '../options.ts'
import { takesValue } from '../parse/command-line.ts'
import { commands } from '../specs/table.ts'

/** `topic`: a command, the first word of several, or `null` for the list of all. */
export function helpText(topic: string | null): string {
  const command = commands.find((one) => one.name === topic)
  if (command !== undefined) return commandHelp(command)
  const under = commands.filter((one) => topic !== null && one.name.startsWith(`${topic} `))
  return under.length === 0 ? overview() : under.map(commandHelp).join('\n\n')
}

/** `lockstep up [--to <version>] ...` without the options. */
export function usageOf(command: CommandSpec): string {
  const words = command.arguments.map((one) =>
    one.needed ? `<${one.name}>` : `[${one.name}${one.many === true ? ' ...' : ''}]`,
  )
  return ['lockstep', command.name, ...words, '[options]'].join(' ')
}

/** How an option is written: `--to <version>`, `-y, --yes`, `--[no-]color`. */
export function writtenOption(option: Option): string {
  const name = option.type === 'switch' ? `--[no-]${option.name}` : `--${option.name}`
  const short = option.short === undefined ? '' : `-${option.short}, `
  return `${short}${name}${takesValue(option) ? ` <${option.value}>` : ''}`
}

function overview(): string {
  return [
    'Lockstep moves every store one reviewed step at a time, and can go back.',
    '',
    'usage: lockstep <command> [options]',
    '',
    ...columns(commands.map((one) => [one.name, one.summary])),
    '',
    'options of every command:',
    ...columns(everywhere.map((one) => [writtenOption(one), one.help])),
    '',
    'lockstep help <command> shows the options of one; lockstep explain <code> explains an error.',
    'Without a configuration: lockstep up --url sqlite:app.db --migrations ./migrations',
  ].join('\n')
}

function commandHelp(command: CommandSpec): string {
  const parts = [`lockstep ${command.name}: ${command.summary}`, `usage: ${usageOf(command)}`]
  parts.push(...command.about)
  if (command.arguments.length > 0) {
    parts.push(columns(command.arguments.map((one) => [`<${one.name}>`, one.help])).join('\n'))
  }
  if (command.options.length > 0) {
    parts.push(['options:', ...columns(command.options.map((one) => [writtenOption(one), one.help]))].join('\n'))
  }
  parts.push(['examples:', ...columns(command.examples.map((one) => [one.command, one.does]))].join('\n'))
  parts.push(['exit codes:', ...columns(exitsOf(command).map((exit) => [String(exit), exitMeanings[exit]]))].join('\n'))
  parts.push('options of every command: lockstep help')
  // The texts are Markdown in the reference; a terminal shows them without its marks.
  return parts.join('\n\n').replaceAll('`', '')
}

/** Every exit code of a command; 1 and 2 can always happen. */
export function exitsOf(command: CommandSpec): readonly (keyof typeof exitMeanings)[] {
  return [...new Set([...command.exits, 1, 2] as const)].sort((a, b) => a - b)
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)))
  return rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  )
}
