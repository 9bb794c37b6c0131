import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Context } from '../command.ts'
import { failureJson, plainJson, type Result } from '../print/json.ts'
import { LockstepError } from '../../core/error.ts'
import { openTerminal } from '../terminal/terminal.ts'
import { printLastLine, printResult } from './print-result.ts'
import { tellUnheard, type RejectionSource } from './unheard.ts'

class Stream extends EventEmitter {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

function start() {
  const [stdout, stderr] = [new Stream(), new Stream()]
  const env = {}
  const form = { quiet: true, verbose: false, debug: false, color: false }
  const terminal = openTerminal({ stdout, stderr, stdin: {}, env, ...form })
  const source: RejectionSource & EventEmitter = new EventEmitter()
  const unheard = tellUnheard(source, terminal)
  const context: Context = { terminal, env, cwd: '/', unheard }
  const fail = (message: string) => void source.emit('unhandledRejection', new Error(message))
  return { context, source, unheard, fail, answer: () => JSON.parse(stdout.text) as unknown, stderr }
}

const good = plainJson({ command: 'up', ok: true, exit: 0, more: { stores: [] } })
const stopped = failureJson('up', 5, new LockstepError('lock-held', { store: 'app', holder: 'ci-7', waitedMs: 0 }))
const outside = plainJson({ command: 'status', ok: false, exit: 3, more: { stores: [] } })

const unheardError = { code: 'failure-unheard', message: expect.stringMatching(/the mail server is away$/) }

const answers: readonly (readonly [fact: string, result: Result, owned: object])[] = [
  ['a success is none any more', good, { ok: false, exit: 6, error: unheardError }],
  ['what stopped the command itself comes first', stopped, { ok: false, exit: 5, error: { code: 'lock-held' } }],
  ['an answer that is no success keeps its exit', outside, { ok: false, exit: 3, error: unheardError }],
]

for (const [form, print] of Object.entries({ json: printResult, ndjson: printLastLine })) {
  test.each(answers)(`${form}: %s`, async (_, result, owned) => {
    const { context, fail, answer } = start()
    fail('the mail server is away')
    fail('and so is the printer')
    const exit = await print(context, result)
    expect(answer()).toMatchObject(owned)
    expect(answer()).toMatchObject({ exit })
  })

  test(`${form}: where nothing fails the answer is what it was`, async () => {
    const { context, answer, stderr } = start()
    expect(await print(context, good)).toBe(0)
    expect(answer()).toMatchObject(good)
    expect(answer()).not.toHaveProperty('error')
    expect(stderr.text).toBe('')
  })
}

test('what fails in the turn of the answer itself is in it, as Node tells it only afterwards', async () => {
  const { context, fail, answer } = start()
  process.nextTick(() => fail('the mail server is away'))
  await printResult(context, good)
  expect(answer()).toMatchObject({ ok: false, error: unheardError })
})

test('what fails after the answer is told, and is the exit of the process', async () => {
  const { context, fail, source, stderr } = start()
  await printResult(context, good)
  const told = new Promise<void>((resolve) => {
    stderr.write = (text) => {
      stderr.text += text
      resolve()
    }
  })
  fail('the mail server is away')
  await told
  expect(stderr.text).toContain('error[failure-unheard]')
  expect(source.exitCode).toBe(6)
})
