import { expect, test } from 'vitest'
import { LockstepError } from '../core/error.ts'
import type { Body } from '../core/migration.ts'
import { placedInModule } from './place-in-module.ts'

const body: Body = { path: '/app/db/0002_add mail.ts', file: 'db/0002_add mail.ts', language: 'module', range: null }

function thrown(stack: string, cause?: Error): LockstepError {
  const error = new LockstepError(
    'migration-failed',
    { file: body.file, message: 'no', code: null, reason: 'refused' },
    { cause, statement: 'CREATE', place: { file: body.file, line: 1, column: 3, excerpt: 'CREATE' } },
  )
  error.stack = stack
  return error
}

const inside = 'file:///app/db/0002_add%20mail.ts?checksum=8f14e45fceea167a'

/** A stack, and the place in it. */
const stacks: readonly (readonly [fact: string, stack: string, place: unknown])[] = [
  [
    'the innermost line of the module',
    `Error\n    at exec (/x.ts:1:1)\n    at Object.up (${inside}:9:11)\n    at up (${inside}:20:3)`,
    { line: 9, column: 11 },
  ],
  ['a function without a name', `Error\n    at ${inside}:4:5`, { line: 4, column: 5 }],
  ['CommonJS, by its path', 'Error\n    at up (/app/db/0002_add mail.ts:7:2)', { line: 7, column: 2 }],
  [
    'another file of nearly that name',
    'Error\n    at up (file:///app/db/10002_add%20mail.ts:7:2)',
    { line: 1, column: 3 },
  ],
  ['no line of the module', 'Error\n    at up (file:///app/other.ts:7:2)', { line: 1, column: 3 }],
]

test.each(stacks)('the place of a failure: %s', (_fact, stack, place) => {
  expect(placedInModule(thrown(stack), body).place).toMatchObject({ file: body.file, ...(place as object) })
})

test('what the code threw is looked through as well', () => {
  const cause = new Error('boom')
  cause.stack = `Error: boom\n    at up (${inside}:12:9)`
  const placed = placedInModule(thrown('Error\n    at run (/engine.ts:1:1)', cause), body)
  expect(placed).toMatchObject({
    code: 'migration-failed',
    place: { line: 12, excerpt: null },
    statement: 'CREATE',
    cause,
  })
})

test('a script keeps the place that its statement told', () => {
  const script: Body = { ...body, language: 'sql' }
  expect(placedInModule(thrown(`Error\n    at up (${inside}:9:11)`), script).place).toMatchObject({
    line: 1,
    column: 3,
  })
})
