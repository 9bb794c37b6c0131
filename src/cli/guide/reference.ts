/** docs/reference/commands.md, made from the table of commands; a test compares the file with it. */

import { everywhere, exitMeanings, type CommandSpec, type Option } from '../options.ts'
import { commands } from '../specs/table.ts'
import { exitsOf, usageOf, writtenOption } from './help.ts'

export function commandsReference(): string {
  return [
    '# Commands',
    '',
    'Made from the table in `src/cli/specs`; `npx vitest run test/docs.test.ts -u` writes it again. Results go to standard output, progress and hints to',
    'standard error.',
    '',
    ...commands.map(
      (one) => `- [\`lockstep ${one.name}\`](#lockstep-${one.name.replaceAll(' ', '-')}): ${one.summary}`,
    ),
    '',
    '## Options of every command',
    '',
    ...optionTable(everywhere),
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...Object.entries(exitMeanings).map(([exit, meaning]) => `| ${exit} | ${meaning} |`),
    '',
    'Where several stores end differently, the first of 6, 8, 4, 5, 7, 1 is reported.',
    '',
    ...commands.flatMap(section),
  ].join('\n')
}

function section(command: CommandSpec): string[] {
  const lines = [`## lockstep ${command.name}`, '', command.summary, '', '```', usageOf(command), '```', '']
  for (const paragraph of command.about) lines.push(paragraph, '')
  if (command.arguments.length > 0) {
    lines.push('| argument | meaning |', '| --- | --- |')
    lines.push(
      ...command.arguments.map(
        (one) => `| \`${one.name}\`${one.needed ? '' : ' (may be left out)'} | ${cell(one.help)} |`,
      ),
      '',
    )
  }
  if (command.options.length > 0) lines.push(...optionTable(command.options), '')
  lines.push('```sh', ...command.examples.map((one) => `${one.command}    # ${one.does}`), '```', '')
  lines.push(`Exit codes: ${exitsOf(command).join(', ')}.`, '')
  return lines
}

function optionTable(options: readonly Option[]): string[] {
  return [
    '| option | meaning |',
    '| --- | --- |',
    ...options.map((one) => `| \`${writtenOption(one)}\` | ${cell(one.help)} |`),
  ]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
