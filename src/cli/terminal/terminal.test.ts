import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import { agentMarker } from './agent.ts'
import { askYesNo } from './prompt.ts'
import { openTerminal, wantsColor, type TerminalOptions } from './terminal.ts'

class FakeStream extends EventEmitter {
  text = ''
  readonly isTTY: boolean
  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }
  write(text: string): boolean {
    this.text += text
    return true
  }
}

function open(isTTY: boolean, more: Partial<TerminalOptions> = {}) {
  const stdout = new FakeStream(isTTY)
  const stderr = new FakeStream(isTTY)
  const plain = { env: {}, quiet: false, verbose: false, debug: false, color: null }
  return { stdout, stderr, terminal: openTerminal({ stdout, stderr, stdin: { isTTY }, ...plain, ...more }) }
}

test.each([
  ['a terminal', true, {}, null, true],
  ['no terminal', false, {}, null, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, null, false],
  ['an empty NO_COLOR does not count', true, { NO_COLOR: '' }, null, true],
  ['NO_COLOR before FORCE_COLOR', false, { NO_COLOR: '1', FORCE_COLOR: '1' }, null, false],
  ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, null, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, null, false],
  ['TERM=dumb', true, { TERM: 'dumb' }, null, false],
  ['CI', true, { CI: 'true' }, null, false],
  ['--color before NO_COLOR', false, { NO_COLOR: '1' }, true, true],
  ['--no-color before FORCE_COLOR', true, { FORCE_COLOR: '1' }, false, false],
])('colours: %s', (_, isTTY, env, color, expected) => {
  expect(wantsColor({ env, color }, { isTTY })).toBe(expected)
})

test('results go to standard output, hints and complaints to standard error', () => {
  const { stdout, stderr, terminal } = open(false)
  terminal.out('applied 0001')
  terminal.hint('next: lockstep status')
  terminal.complain('error[x]')
  expect([stdout.text, stderr.text]).toEqual(['applied 0001\n', 'next: lockstep status\nerror[x]\n'])
})

test('quiet keeps results and complaints', () => {
  const { stdout, stderr, terminal } = open(false, { quiet: true })
  terminal.out('applied 0001')
  terminal.hint('next: lockstep status')
  terminal.complain('error[x]')
  expect([stdout.text, stderr.text]).toEqual(['applied 0001\n', 'error[x]\n'])
})

test('every text is redacted, on both streams and in live lines', () => {
  const { stdout, stderr, terminal } = open(true)
  terminal.redactWith((text) => text.replaceAll('hunter2', '***'))
  terminal.out('out hunter2')
  terminal.complain('err hunter2')
  terminal.live('live hunter2')
  expect(stdout.text + stderr.text).not.toContain('hunter2')
  expect(stdout.text).toBe('out ***\n')
})

test('a live line is erased before the next text', () => {
  const { stderr, terminal } = open(true)
  terminal.live('0002 2.0 s')
  terminal.hint('done')
  expect(stderr.text).toBe('0002 2.0 s\r\u001B[Kdone\n')
})

test.each([
  ['no terminal', false, {}],
  ['CI', true, { env: { CI: '1' } }],
  ['quiet', true, { quiet: true }],
])('no live line: %s', (_, isTTY, more) => {
  const { stderr, terminal } = open(isTTY, more)
  terminal.live('0002 2.0 s')
  expect(stderr.text).toBe('')
})

test('a reader that went away ends the printing, not the run', () => {
  const { stdout, terminal } = open(false)
  terminal.out('first')
  stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  terminal.out('second')
  expect(stdout.text).toBe('first\n')
})

test('another error of a stream is not swallowed', () => {
  const { stdout } = open(false)
  expect(() => stdout.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }))).toThrow('EIO')
})

test('where nobody can answer, the flag is named', async () => {
  const { terminal } = open(false)
  const refused = await askYesNo(terminal, { text: 'go on?', flag: '--yes' }).catch((error: unknown) => error)
  expect(isLockstepError(refused) && refused.code).toBe('answer-needed')
  expect(refused).toMatchObject({ details: { flag: '--yes' } })
})

test.each([
  ['CLAUDECODE', { CLAUDECODE: '1', PATH: '/bin' }],
  ['CURSOR_AGENT', { CURSOR_AGENT: '1' }],
  ['CODEX_SANDBOX', { CODEX_SANDBOX: 'seatbelt' }],
  ['GEMINI_CLI', { GEMINI_CLI: '1' }],
  ['AI_AGENT', { AI_AGENT: 'x' }],
])('%s says that a program is typing', (name, env) => {
  expect(agentMarker(env)).toBe(name)
})

test.each([
  ['nothing of the kind', { PATH: '/bin', SSH_AGENT_PID: '1' }],
  ['an empty value', { CLAUDECODE: '' }],
])('a person is typing: %s', (_, env) => {
  expect(agentMarker(env)).toBeNull()
})
