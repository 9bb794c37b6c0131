import { expect, test } from 'vitest'
import { body, migration, record, records, sha256 } from '../../test/support/histories.ts'
import { fingerprintOf } from './fingerprint.ts'
import { noHistory, type History } from './history.ts'
import { judge } from './judge.ts'
import { makeDownPlan, makeUpPlan, pendingUpTo, planDown, planUp, type Planning } from './make-plan.ts'
import type { ScriptFacts } from './script.ts'

const facts: ScriptFacts = { mode: 'whole', reasons: [], statements: 2, units: 1, warnings: [] }
const journalled: ScriptFacts = {
  mode: 'steps',
  reasons: [{ line: 3, why: 'CREATE INDEX CONCURRENTLY' }],
  statements: 3,
  units: 3,
  warnings: ['without IF NOT EXISTS'],
}
const history: History = { ...noHistory, records: records('1') }
const planning: Planning = { store: 'app', kind: 'sqlite', history, readFacts: () => facts, sha256 }

test('a plan for the way up says all that will be done, and on which history', () => {
  const readFacts: Planning['readFacts'] = (_migration, { file }) => (file === 'm/3.sql' ? journalled : facts)
  const pending = [
    { migration: migration('2'), record: null },
    { migration: migration('3', { breaking: true }), record: null },
  ]
  expect(makeUpPlan({ ...planning, readFacts }, pending)).toEqual({
    format: 1,
    store: 'app',
    kind: 'sqlite',
    direction: 'up',
    history: fingerprintOf(history, sha256),
    migrations: [
      {
        version: '2',
        description: '2',
        file: 'm/2.sql',
        checksum: migration('2').checksum,
        direction: 'up',
        repeatable: false,
        breaking: false,
        mode: 'whole',
        reasons: [],
        statements: 2,
        fromStep: 0,
        warnings: [],
      },
      {
        version: '3',
        description: '3',
        file: 'm/3.sql',
        checksum: migration('3').checksum,
        direction: 'up',
        repeatable: false,
        breaking: true,
        mode: 'steps',
        reasons: journalled.reasons,
        statements: 3,
        fromStep: 0,
        warnings: journalled.warnings,
      },
    ],
  })
})

test('a plan for the way down names the records and the files of their downs', () => {
  const asked: string[] = []
  const readFacts: Planning['readFacts'] = (_migration, { file }) => {
    asked.push(file)
    return facts
  }
  const step = { record: record('0001', 1), migration: migration('1'), down: body('m/1.down.sql') }
  const plan = makeDownPlan({ ...planning, readFacts }, [step])
  expect(plan).toMatchObject({ direction: 'down', history: fingerprintOf(history, sha256) })
  expect(plan.migrations).toMatchObject([{ version: '0001', file: 'm/1.down.sql', direction: 'down', fromStep: 0 }])
  expect(asked).toEqual(['m/1.down.sql'])
})

const half = { stepsStarted: 3, stepsDone: 2, stepsTotal: 5 } as const

test('a run that stopped goes on after its last proven step, whichever way it went', () => {
  const up = { migration: migration('1'), record: record('1', 1, { state: 'failed', ...half }) }
  const down = {
    record: record('1', 1, { state: 'running', direction: 'down', ...half }),
    migration: migration('1'),
    down: body('m/1.down.sql'),
  }
  expect(planUp(up, () => journalled).fromStep).toBe(2)
  expect(planDown(down, () => journalled).fromStep).toBe(2)
})

test('an edited repeatable begins anew, and so does the way down of what stopped on its way up', () => {
  const applied = record('R__views', 1, { stepsStarted: 5, stepsDone: 5, stepsTotal: 5 })
  const stopped = record('1', 1, { state: 'failed', ...half })
  const down = { record: stopped, migration: migration('1'), down: body('m/1.down.sql') }
  expect(planUp({ migration: migration('R__views'), record: applied }, () => facts).fromStep).toBe(0)
  expect(planDown(down, () => facts).fromStep).toBe(0)
})

const files = ['1', '2', '3', 'R__views'].map((version) => migration(version))
const judgement = judge({
  files,
  records: records('1'),
  scheme: 'numeric',
  policy: { late: 'error', retry: 'bounded' },
})

const targets: readonly (readonly [fact: string, to: string, pending: string | null])[] = [
  ['up to one in the middle, without the repeatables', '2', '2'],
  ['up to the last one, with the repeatables', '3', '2 3 R__views'],
  ['in another spelling', '0002', '2'],
  ['up to one that is applied is nothing', '1', ''],
  ['up to one that is not there', '7', null],
  ['up to a repeatable', 'R__views', null],
]

test.each(targets)('%s', (_fact, to, pending) => {
  const found = pendingUpTo(judgement, to, { scheme: 'numeric', files })
  expect(found?.map((one) => one.migration.version).join(' ') ?? null).toBe(pending)
})
