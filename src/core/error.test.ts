import { expect, test } from 'vitest'
import {
  assert,
  catalogue,
  describe as textsOf,
  describeProblem,
  isLockstepError,
  LockstepError,
  worstExit,
  type ErrorCode,
} from './error.ts'
import type { ExitCode } from './errors/entry.ts'
import type { Problem, ProblemCode } from './problem.ts'

const held = { store: 'app', holder: 'desk (process 7)', waitedMs: 60_000 }

test('an error says what happened, with the names of the things', () => {
  const error = new LockstepError('lock-held', held)
  expect(error.message).toContain('desk (process 7)')
  expect(error).toMatchObject({
    name: 'LockstepError',
    code: 'lock-held',
    details: held,
    exit: 5,
    store: 'app',
    state: 'nothing was changed',
    place: null,
    statement: null,
    problems: [],
  })
})

test('what is said of it is kept', () => {
  const cause = new Error('from below')
  const place = { file: 'm/1.sql', line: 3, column: 5, excerpt: 'selct 1;' }
  const context = { place, statement: 'selct 1', state: '1 of 3 steps are committed', store: 'auth', cause }
  const error = new LockstepError('lock-held', held, context)
  expect(error).toMatchObject({ place, statement: 'selct 1', state: '1 of 3 steps are committed', store: 'auth' })
  expect(error.cause).toBe(cause)
})

test('an error that names no store is told of none', () => {
  expect(new LockstepError('internal', { message: 'x' }).store).toBeNull()
})

test('told with another state it is the same error', () => {
  const cause = new Error('from below')
  const problem: Problem = { code: 'late-file', version: '2', file: 'm/2.sql', details: { newest: '3' } }
  const before = new LockstepError('lock-held', held, { statement: 'x', problems: [problem], store: 'auth', cause })
  const after = before.withState('2 of 3 steps are committed')
  expect(after).toMatchObject({ code: 'lock-held', details: held, statement: 'x', store: 'auth', problems: [problem] })
  expect(after.state).toBe('2 of 3 steps are committed')
  expect(after.cause).toBe(cause)
  expect(before.state).toBe('nothing was changed')
})

const recognised: readonly (readonly [fact: string, value: unknown, wanted: boolean])[] = [
  ['our own', new LockstepError('internal', { message: 'x' }), true],
  [
    'one of another copy of this package',
    Object.assign(new Error('x'), { name: 'LockstepError', code: 'internal' }),
    true,
  ],
  ['another error', new Error('x'), false],
  ["a driver's error with a code", Object.assign(new Error('x'), { code: '55P03' }), false],
  ['a code that nobody knows', Object.assign(new Error('x'), { name: 'LockstepError', code: 'never-heard' }), false],
  ['a code that every object has', Object.assign(new Error('x'), { name: 'LockstepError', code: 'toString' }), false],
  ['no error', { name: 'LockstepError', code: 'internal' }, false],
  ['nothing', null, false],
]

test.each(recognised)('recognised: %s', (_fact, value, wanted) => {
  expect(isLockstepError(value)).toBe(wanted)
})

test('an assertion that holds says nothing, and one that does not says that it is our bug', () => {
  expect(() => assert(1, 'one')).not.toThrow()
  expect(() => assert('', 'a text is here')).toThrow(expect.objectContaining({ code: 'internal' }) as Error)
  expect(new LockstepError('internal', { message: 'a text is here' }).message).toMatch(/a text is here/)
})

const exits: readonly (readonly [fact: string, exits: readonly ExitCode[], worst: ExitCode])[] = [
  ['none is good', [], 0],
  ['all good', [0, 0], 0],
  ['one that failed', [0, 1, 0], 1],
  ['partial before everything', [1, 7, 5, 4, 8, 6], 6],
  ['incompatible before refused', [4, 8, 5], 8],
  ['refused before held', [5, 4, 7], 4],
  ['held before some failed', [7, 5, 1], 5],
  ['some failed before failed', [1, 7], 7],
  ['failed before wrong use', [2, 1], 1],
  ['wrong use before a no', [3, 2], 2],
  ['a no before good', [0, 3], 3],
  ['partial before a signal', [130, 6], 6],
  ['a failure before a signal', [143, 1], 1],
]

test.each(exits)('exit: %s', (_fact, all, worst) => {
  expect(worstExit(all)).toBe(worst)
  expect(worstExit([...all].reverse())).toBe(worst)
})

const codes = Object.keys(catalogue) as ErrorCode[]

test.each(codes)('%s is a word', (code) => {
  expect(code).toMatch(/^[a-z]+[0-9]*(-[a-z]+[0-9]*)*$/)
})

test.each(codes)('%s says why in whole sentences', (code) => {
  expect(catalogue[code].why).toMatch(/^[A-Z"'`-].*[.!?]$/s)
})

const problems: Readonly<Record<ProblemCode, Problem['details']>> = {
  'checksum-changed': { appliedAt: '2026-01-02T03:04:05.678Z', recorded: 'v1:sha256:a', found: 'v1:sha256:b' },
  'late-file': { newest: '3' },
  'missing-file': { appliedAt: '2026-01-02T03:04:05.678Z', appliedBy: 'ada@desk' },
  'duplicate-version': { others: ['m/02_again.sql'] },
  'requires-unknown': { wanted: 'auth/7' },
  'requires-pending': { wanted: 'auth/9' },
  'requires-later': { wanted: '9' },
  'requires-circle': { circle: ['app/2', 'auth/1', 'app/2'] },
  'failed-run': { stepsDone: 1, stepsTotal: 3, since: '2026-01-02T03:04:05.678Z', by: 'ada@desk' },
  'half-down': { stepsDone: 1, stepsTotal: 3, since: '2026-01-02T03:04:05.678Z', by: 'ada@desk' },
  'steps-changed': { stepsDone: 1, stepsTotal: 3 },
  'no-way-back': {},
  'code-refused': {},
  'order-differs': { after: 'm/10.sql' },
}

test.each(Object.entries(problems))('%s names the file and tells what to do', (code, details) => {
  // The table pairs each code with its own details.
  const problem = { code, version: '2', file: 'm/2_add_email.sql', details } as Problem
  const { what, why, help } = describeProblem(problem, 'app')
  expect(code === 'requires-circle' ? 'm/2_add_email.sql' : what).toContain('m/2_add_email.sql')
  expect([what, why, ...help].join('\n')).not.toMatch(/undefined|\[object|NaN|null/)
  expect(help.length).toBeGreaterThan(0)
})

test('a remedy that is a command names the version and the store', () => {
  const problem: Problem = {
    code: 'checksum-changed',
    version: '2',
    file: 'm/2.sql',
    details: { appliedAt: '2026-01-02T03:04:05.678Z', recorded: 'v1:sha256:a', found: 'v1:sha256:b' },
  }
  expect(describeProblem(problem, 'auth').help.join('\n')).toContain('lockstep repair accept 2 --store auth --why')
  expect(textsOf('lock-held', held).help.length).toBeGreaterThan(0)
})
