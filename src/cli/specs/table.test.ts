import { expect, test } from 'vitest'
import { everywhere } from '../options.ts'
import { parseCommandLine, takesValue } from '../parse/command-line.ts'
import { commands, optionsOf } from './table.ts'

test('an option has the same type in every command', () => {
  const types = new Map<string, string>()
  for (const option of [...everywhere, ...commands.flatMap((one) => one.options)]) {
    expect(types.get(option.name) ?? option.type, option.name).toBe(option.type)
    types.set(option.name, option.type)
  }
})

test.each(commands.map((one) => [one.name, one] as const))(
  '%s names the value of each option that has one',
  (_, spec) => {
    for (const option of optionsOf(spec)) expect(option.value !== undefined, option.name).toBe(takesValue(option))
  },
)

test.each(commands.map((one) => [one.name, one] as const))('%s has no option twice', (_, spec) => {
  const names = optionsOf(spec).map((one) => one.name)
  expect(new Set(names).size).toBe(names.length)
})

test.each(commands.flatMap((one) => one.examples.map((example) => [example.command] as const)))(
  'the example %s is understood',
  (line) => {
    const words = line.replace(/ > .*$/, '').match(/"[^"]*"|\S+/g) ?? []
    expect(words[0]).toBe('lockstep')
    expect(() => parseCommandLine(words.slice(1).map((word) => word.replaceAll('"', '')))).not.toThrow()
  },
)
