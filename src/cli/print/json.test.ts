import { expect, test } from 'vitest'
import type { Answer, RunReport, StoreReport } from '../../app/answers/report.ts'
import { LockstepError } from '../../core/error.ts'
import { answerJson, failureJson, jsonText, snakeKeys } from './json.ts'

const as = (text: string) => text

const report: StoreReport = {
  store: 'app',
  kind: 'sqlite',
  place: 'app.db',
  verdict: 'blocked',
  version: '0001',
  applied: 1,
  pending: [
    {
      version: '0002',
      description: 'add email',
      file: 'migrations/0002_add_email.sql',
      repeatable: false,
      resumesAt: null,
      lastFailure: 'no such table: users',
    },
  ],
  ahead: [],
  problems: [
    {
      code: 'late-file',
      version: '0000',
      file: 'migrations/0000_first.sql',
      details: { newest: '0001' },
    },
  ],
  error: null,
}

const answer = (more: Partial<Answer>): Answer => ({
  command: 'status',
  ok: false,
  exit: 4,
  stores: [report],
  error: null,
  ...more,
})

test('the answer of a store has the fields of the documented format', () => {
  expect(answerJson(answer({}))).toEqual({
    format: 1,
    command: 'status',
    ok: false,
    exit: 4,
    stores: [
      {
        store: 'app',
        kind: 'sqlite',
        place: 'app.db',
        verdict: 'blocked',
        version: '0001',
        applied: 1,
        pending: [
          {
            version: '0002',
            file: 'migrations/0002_add_email.sql',
            description: 'add email',
            repeatable: false,
            resumes_at: null,
            last_failure: 'no such table: users',
          },
        ],
        ahead: [],
        problems: [
          {
            code: 'late-file',
            version: '0000',
            file: 'migrations/0000_first.sql',
            message: 'migrations/0000_first.sql is older than 0001, which is already applied',
            why: expect.any(String),
            help: expect.arrayContaining([expect.stringContaining('above 0001')]),
          },
        ],
      },
    ],
  })
})

test('a run adds what ran and the head of the log', () => {
  const run: RunReport = {
    ...report,
    ran: [{ version: '0002', file: 'f.sql', direction: 'up', state: 'applied', ms: 12, steps: 1 }],
    head: 'ab12',
  }
  const [store] = answerJson(answer({ stores: [run] }))['stores'] as Record<string, unknown>[]
  expect(store).toMatchObject({
    ran: [{ version: '0002', direction: 'up', state: 'applied', ms: 12, steps: 1 }],
    head: 'ab12',
  })
})

test('an error has the fields of the documented format', () => {
  const error = new LockstepError(
    'migration-failed',
    { file: 'm/0002.sql', message: 'syntax error', code: '42601', reason: 'refused' },
    {
      store: 'app',
      place: { file: 'm/0002.sql', line: 3, column: 5, excerpt: 'SELEC 1' },
      statement: 'SELEC 1',
      cause: Object.assign(new Error('syntax error'), { code: '42601' }),
    },
  )
  expect(failureJson('up', 1, error)).toMatchObject({
    format: 1,
    command: 'up',
    ok: false,
    error: {
      code: 'migration-failed',
      message: 'm/0002.sql failed: syntax error (42601)',
      store: 'app',
      file: 'm/0002.sql',
      line: 3,
      column: 5,
      statement: 'SELEC 1',
      state_of_store: 'nothing was changed',
      help: [expect.any(String)],
      driver: { message: 'syntax error', code: '42601', detail: null, hint: null },
    },
  })
})

test('an error without a place still names its file', () => {
  const error = new LockstepError('file-changed-meanwhile', { file: 'm/0002.sql' })
  expect(failureJson('up', 1, error)['error']).toMatchObject({ file: 'm/0002.sql', line: null })
})

test('what nobody foresaw is told in the same form', () => {
  expect(failureJson('up', 1, new TypeError('x'))['error']).toMatchObject({
    code: 'internal',
    help: [expect.any(String)],
  })
})

test('secrets are taken out before they are quoted', () => {
  const secret = 'pa"ss\\word'
  const text = jsonText({ message: `login with ${secret} refused` }, (one) => one.replaceAll(secret, '***'))
  expect(JSON.parse(text)).toEqual({ message: 'login with *** refused' })
})

test('keys are in snake_case at every depth, values stay', () => {
  expect(snakeKeys({ appliedAt: 'aB', list: [{ stepsDone: 1, x: null }] })).toEqual({
    applied_at: 'aB',
    list: [{ steps_done: 1, x: null }],
  })
})

test('the answer is one line', () => {
  expect(jsonText(answerJson(answer({})), as)).not.toContain('\n')
})
