import { expect, test } from 'vitest'
import type {
  AdoptReport,
  DoctorReport,
  HistoryReport,
  PlanReport,
  RunReport,
  StoreReport,
  VerifyReport,
} from '../../../app/answers/report.ts'
import type { HistoryRecord } from '../../../core/history.ts'
import type { PlannedMigration } from '../../../core/plan.ts'
import { doctorText, historyText, statusText, verifyText, type PageStyle } from './answers.ts'
import { adoptText, planText, runText } from './moves.ts'
import { migrationName } from './words.ts'

const plain: PageStyle = { paint: (_, text) => text, width: null, verbose: false }

const current: StoreReport = {
  store: 'auth',
  kind: 'sqlite',
  place: 'auth.db',
  verdict: 'current',
  version: '0001',
  applied: 1,
  pending: [],
  ahead: [],
  problems: [],
  error: null,
}

const behind: StoreReport = {
  ...current,
  store: 'app',
  kind: 'postgres',
  verdict: 'behind',
  pending: [
    {
      version: '0002',
      description: 'add email',
      file: 'm/0002_add_email.sql',
      repeatable: false,
      resumesAt: { done: 1, total: 3 },
      lastFailure: 'deadlock',
    },
  ],
}

test('status: one line a store, then what is pending', () => {
  expect(statusText([behind, current], plain)).toBe(
    [
      'store  kind      verdict  version  applied  pending',
      'app    postgres  behind   0001           1        1',
      'auth   sqlite    current  0001           1        0',
      '',
      'pending in app:',
      '  0002  add email  m/0002_add_email.sql',
      '    goes on after step 1 of 3',
      '    last attempt: deadlock',
    ].join('\n'),
  )
})

test('status: the verdict is painted, not a store of that name', () => {
  const painted = statusText([{ ...current, store: 'current' }], {
    ...plain,
    paint: (style, text) => (style === 'dim' ? text : `<${text}>`),
  })
  expect(painted).toContain('current  sqlite  <current>')
})

test('status: all problems, and what is ahead', () => {
  const text = statusText(
    [
      {
        ...current,
        verdict: 'blocked',
        ahead: ['0009'],
        problems: [
          { code: 'late-file', version: '0000', file: 'm/0000.sql', details: { newest: '0001' } },
          { code: 'no-way-back', version: '0002', file: 'm/0002.sql', details: {} },
        ],
      },
    ],
    plain,
  )
  expect(text).toContain('error[late-file]')
  expect(text).toContain('error[no-way-back]')
  expect(text).toContain('ahead of the files here by 0009')
})

test('history: who applied what and when, and the log when asked', () => {
  const record = {
    version: '0001',
    description: 'first',
    appliedAt: '2026-03-02T10:00:00.123Z',
    appliedBy: 'ada@host',
    durationMs: 12,
    release: 'v1',
    state: 'applied',
  } as HistoryRecord
  const report: HistoryReport = {
    ...current,
    records: [record],
    log: [
      {
        id: 1,
        event: 'applied',
        version: '0001',
        at: '2026-03-02T10:00:00.123Z',
        by: 'ada@host',
        runId: 'r',
        toolVersion: '1',
        detail: '',
        hash: 'abcdef0123456789',
      },
    ],
  }
  expect(historyText([report], plain)).toContain(
    '0001     first        2026-03-02 10:00:00  ada@host  12 ms  v1       applied',
  )
  expect(historyText([report], plain)).not.toContain('abcdef012345')
  expect(historyText([report], { ...plain, verbose: true })).toContain('abcdef012345')
})

test('history: nothing applied is said', () => {
  expect(historyText([{ ...current, records: [], log: [] }], plain)).toContain('nothing was applied yet')
})

const planned: PlannedMigration = {
  version: '0002',
  description: 'add index',
  file: 'm/0002_add_index.sql',
  checksum: `v1:sha256:${'0'.repeat(64)}`,
  direction: 'up',
  repeatable: false,
  breaking: true,
  mode: 'steps',
  reasons: [{ line: 3, why: 'CREATE INDEX CONCURRENTLY cannot run in a transaction' }],
  statements: 2,
  fromStep: 0,
  warnings: ['no IF NOT EXISTS'],
}

test('plan: how each would run, and why', () => {
  const report: PlanReport = {
    ...current,
    plan: { format: 1, store: 'auth', kind: 'sqlite', direction: 'up', history: '', migrations: [planned] },
  }
  expect(planText([report], plain)).toBe(
    [
      'auth: 1 migration up',
      '  0002  add index  m/0002_add_index.sql  step by step, 2 statements',
      '    line 3: CREATE INDEX CONCURRENTLY cannot run in a transaction',
      '    breaking: older code stops working after this',
      '    look: no IF NOT EXISTS',
    ].join('\n'),
  )
})

test('plan: nothing to do is said', () => {
  const report: PlanReport = {
    ...current,
    plan: { format: 1, store: 'auth', kind: 'sqlite', direction: 'up', history: '', migrations: [] },
  }
  expect(planText([report], plain)).toBe('auth: nothing to do, at 0001')
})

test.each<[string, Partial<RunReport>, string]>([
  ['nothing', {}, 'auth: nothing to do, at 0001'],
  ['waiting for another store', { pending: behind.pending }, 'auth: nothing was done, 1 migration pending, at 0001'],
  ['beside a newer database', { ahead: ['0002'] }, 'auth: nothing to do, at 0001, ahead of the files here by 0002'],
  [
    'one up',
    { ran: [{ version: '0001', file: 'f', direction: 'up', state: 'applied', ms: 1, steps: 1 }] },
    'auth: 1 applied, at 0001, log head ab12',
  ],
  [
    'one down to the ground',
    { version: null, ran: [{ version: '0001', file: 'f', direction: 'down', state: 'reverted', ms: 1, steps: 1 }] },
    'auth: 1 reverted, empty, log head ab12',
  ],
])('the last line of a run: %s', (_, more, expected) => {
  expect(runText([{ ...current, ran: [], head: 'ab12', ...more }])).toBe(expected)
})

test('adopt: what was marked, and whether structures were compared', () => {
  const report: AdoptReport = { ...current, adopted: ['0001'], comparison: 'no scratch database', differences: [] }
  expect(adoptText([report], plain)).toBe(
    'adopted 0001\nauth: 1 adopted, at 0001; the structure was not compared: no scratch database',
  )
})

test('verify: the log, the files and the structure', () => {
  const report: VerifyReport = {
    ...current,
    logRows: 3,
    head: 'ab12',
    structure: 'changed since the run of 2026-01-01',
    differences: [
      { kind: 'column', name: 'users.email', what: 'changed', fact: 'type', expected: 'text', found: 'integer' },
    ],
    remedies: ['ALTER TABLE users ALTER COLUMN email TYPE text', '-- look first: DROP TABLE extra'],
    unmended: ['role of users'],
  }
  expect(verifyText([report], plain)).toBe(
    [
      'auth: log whole (3 rows), files fit the history, structure changed since the run of 2026-01-01',
      '  head ab12',
      '  changed  column  users.email  type: expected text, found integer',
      '  to bring it back:',
      '    ALTER TABLE users ALTER COLUMN email TYPE text;',
      '    -- look first: DROP TABLE extra',
      '    -- by hand: role of users',
    ].join('\n'),
  )
})

test('doctor: what is wrong comes with its remedy', () => {
  const report: DoctorReport = { ...current, findings: [{ grade: 'bad', what: 'the lock is held', help: 'wait' }] }
  expect(doctorText([{ grade: 'good', what: 'Node 24.21.0', help: null }], [report], plain)).toBe(
    [
      'here',
      '  ok    Node 24.21.0',
      '',
      'store auth (sqlite, auth.db)',
      '  bad   the lock is held',
      '        do wait',
    ].join('\n'),
  )
})

test.each([
  ['migrations/app/0001_create_users.sql', '0001_create_users'],
  ['migrations/0001_x.up.sql', '0001_x'],
  ['migrations/20240101_x/migration.sql', '20240101_x'],
  ['migrations/2024-01-01-000000_x/up.sql', '2024-01-01-000000_x'],
  ['V3__add.owner.cypher', 'V3__add.owner'],
  ['0001_x.ts', '0001_x'],
])('%s is called %s', (file, name) => {
  expect(migrationName(file)).toBe(name)
})
