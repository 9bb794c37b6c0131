import { expect, test } from 'vitest'
import { LockstepError, type ErrorContext } from '../../core/error.ts'
import type { Problem } from '../../core/problem.ts'
import { renderError, renderProblem } from './error.ts'

const plain = { paint: (_: string, text: string) => text, debug: false }

const failed = (context: ErrorContext) =>
  new LockstepError(
    'migration-failed',
    { file: 'migrations/0002_x.sql', message: 'relation "users" does not exist', code: '42P01', reason: 'refused' },
    { store: 'app', ...context },
  )

const edited: Problem = {
  code: 'checksum-changed',
  version: '0007',
  file: 'migrations/main/0007-add-email.sql',
  details: { appliedAt: '2026-03-02T10:00:00.000Z', recorded: 'v1:sha256:aa', found: 'v1:sha256:bb' },
}
const gone: Problem = {
  code: 'missing-file',
  version: '0003',
  file: null,
  details: { appliedAt: '2026-01-02T10:00:00.000Z', appliedBy: 'ada@host' },
}

test('what, why, state and what to do, each under its label', () => {
  const error = new LockstepError('forward-only', { store: 'app' })
  expect(renderError(error, plain)).toBe(
    [
      'error[forward-only]: store app only goes forward',
      "  why    Policy direction: 'forward-only'. What was wrong is put right by a new migration.",
      '  state  nothing was changed',
      '  do     lockstep new <name>',
    ].join('\n'),
  )
})

test('a place is shown with its line and a caret under the column', () => {
  const place = {
    file: 'migrations/0002_x.sql',
    line: 3,
    column: 13,
    excerpt: 'ALTER TABLE users ADD COLUMN email text',
  }
  const text = renderError(failed({ place }), plain)
  expect(text).toContain('  at     migrations/0002_x.sql:3:13\n')
  expect(text).toContain('3 | ALTER TABLE users ADD')
  const [line = '', caret = ''] = text.split('\n').filter((one) => one.includes(' | '))
  expect(caret.indexOf('^')).toBe(line.indexOf('users'))
})

test('tabs and a long line keep the caret under its place', () => {
  const excerpt = `\t${'x'.repeat(500)}HERE${'y'.repeat(500)}`
  const place = { file: 'a.sql', line: 12, column: 502, excerpt }
  const [line = '', caret = ''] = renderError(failed({ place }), plain)
    .split('\n')
    .filter((one) => one.includes(' | '))
  expect(line.length).toBeLessThan(200)
  expect(caret.indexOf('^')).toBe(line.indexOf('HERE'))
})

test('without a line the statement is shown', () => {
  expect(renderError(failed({ statement: 'DROP TABLE users' }), plain)).toContain('  text   DROP TABLE users')
})

test('what the driver said is added once, with its detail and hint', () => {
  const cause = Object.assign(new Error('relation "users" does not exist'), { code: '42P01', hint: 'create it' })
  const text = renderError(failed({ cause }), plain)
  expect(text.match(/relation "users" does not exist/g)).toHaveLength(1)
  expect(text).toContain('  hint   create it')
  expect(renderError(failed({ cause: Object.assign(new Error('other'), { code: 'XX000' }) }), plain)).toContain(
    '  said   other (XX000)',
  )
})

test('all problems of a store are shown, and the error that counts them is not', () => {
  const error = new LockstepError('store-blocked', { store: 'main', problems: 2 }, { problems: [edited, gone] })
  const text = renderError(error, plain)
  expect(text.match(/^error\[\S+\]/gm)).toEqual(['error[checksum-changed]', 'error[missing-file]'])
  expect(text.match(/state {2}nothing was changed/g)).toHaveLength(2)
  expect(text).toContain('lockstep repair accept 0007 --store main --why "..."')
})

test('a problem that is an answer says nothing of the state', () => {
  expect(renderProblem(edited, 'main', plain)).not.toContain('state')
})

test('a stack is shown only when asked for', () => {
  expect(renderError(failed({}), plain)).not.toContain('error.test.ts')
  expect(renderError(failed({}), { ...plain, debug: true })).toContain('error.test.ts')
})

test('what nobody foresaw is our bug, with its stack', () => {
  const text = renderError(new TypeError('x is not a function'), plain)
  expect(text).toContain('error[internal]: this is a bug in Lockstep: x is not a function')
  expect(text).toContain('error.test.ts')
})

test('what was thrown need not be an error', () => {
  expect(renderError('just text', plain)).toContain('this is a bug in Lockstep: just text')
})
