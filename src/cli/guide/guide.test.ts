import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { optionsOf, commands, verbs } from '../specs/table.ts'
import { completionScript } from './completion.ts'
import { helpText } from './help.ts'

test('the list of all commands names each of them', () => {
  for (const { name, summary } of commands)
    expect(helpText(null)).toMatch(new RegExp(`^  ${name} +${escaped(summary)}$`, 'm'))
})

test.each(commands.map((one) => [one.name, one] as const))(
  'the help of %s names its options and exit codes',
  (name, spec) => {
    const help = helpText(name)
    for (const option of spec.options) expect(help).toMatch(new RegExp(`--(\\[no-\\])?${option.name}`))
    for (const exit of spec.exits) expect(help).toMatch(new RegExp(`^ +${exit} +\\S`, 'm'))
  },
)

test('the help of the first of two words shows each', () => {
  expect(helpText('repair')).toContain('lockstep repair resolve <version>')
  expect(helpText('repair')).toContain('lockstep repair unlock')
})

test.each(['bash', 'zsh', 'fish'] as const)('%s completes each command and its options', (shell) => {
  const script = completionScript(shell)
  for (const verb of verbs) expect(script).toContain(verb)
  for (const option of commands.flatMap(optionsOf)) expect(script).toContain(option.name)
})

test.each(['bash', 'zsh', 'fish'] as const)('the script for %s has no quote left open', (shell) => {
  const open = completionScript(shell)
    .split('\n')
    .filter((line) => (line.match(/'/g) ?? []).length % 2 === 1)
  expect(open).toEqual([])
})

const bash = spawnSync('bash', ['-c', 'true']).status === 0
if (!bash) process.emitWarning('SKIPPED, bash completes: there is no bash here')

test.skipIf(!bash).each([
  ['lockstep sta', 1, ['status']],
  ['lockstep repair re', 2, ['resolve']],
  ['lockstep down --to-r', 2, ['--to-release']],
  ['lockstep completion z', 2, ['zsh']],
])('bash completes "%s"', (line, word, expected) => {
  const words = line
    .split(' ')
    .map((one) => `"${one}"`)
    .join(' ')
  const script = `${completionScript('bash')}\nCOMP_WORDS=(${words}); COMP_CWORD=${word}; _lockstep; echo "\${COMPREPLY[@]}"`
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ')).toEqual(expected)
})

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
