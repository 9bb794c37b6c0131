import { expect, test } from 'vitest'
import { migration, record, records, sum } from '../../test/support/histories.ts'
import type { HistoryRecord } from './history.ts'
import { judge, type Judging, type Verdict } from './judge.ts'
import type { Migration } from './migration.ts'

type Case = readonly [
  fact: string,
  given: Partial<Judging<Migration>>,
  verdict: Verdict,
  /** Pending versions, then problems as `code version`, then versions that are ahead. */
  found: {
    readonly pending?: readonly string[]
    readonly problems?: readonly string[]
    readonly ahead?: readonly string[]
  },
]

const files = (...versions: readonly string[]): Migration[] => versions.map((version) => migration(version))
const stopped = (version: string, position: number, more: Partial<HistoryRecord> = {}): HistoryRecord =>
  record(version, position, { state: 'running', stepsStarted: 2, stepsDone: 1, stepsTotal: 3, ...more })

const cases: readonly Case[] = [
  ['nothing at all is current', { files: [], records: [] }, 'current', {}],
  ['all applied is current', { files: files('1', '2'), records: records('1', '2') }, 'current', {}],
  [
    'what is not applied is pending, in the order of the files',
    { files: files('1', '2', '3'), records: records('1') },
    'behind',
    { pending: ['2', '3'] },
  ],
  [
    'another spelling is the same version',
    { files: files('0001'), records: records('1') },
    'blocked',
    { problems: ['checksum-changed 1'] },
  ],
  [
    'another spelling of the same text is current',
    { files: [migration('0001', { checksum: sum('1') })], records: records('1') },
    'current',
    {},
  ],
  [
    'versions of twenty digits are not confused',
    { files: files('18446744073709551615', '18446744073709551616'), records: records('18446744073709551615') },
    'behind',
    { pending: ['18446744073709551616'] },
  ],

  // Edited, missing, late, duplicate.
  [
    'an edited file is a problem',
    { files: [migration('1', { checksum: sum('edited') })], records: records('1') },
    'blocked',
    { problems: ['checksum-changed 1'] },
  ],
  [
    'a file that is gone is a problem',
    { files: files('2'), records: records('1', '2') },
    'blocked',
    { problems: ['missing-file 1'] },
  ],
  [
    'a file that is gone and was accepted is none',
    { files: files('2'), records: [record('1', 1, { file: '' }), record('2', 2)] },
    'current',
    {},
  ],
  [
    'a late file is a problem, and shown as pending',
    { files: files('1', '2', '3'), records: records('1', '3') },
    'blocked',
    { pending: ['2'], problems: ['late-file 2'] },
  ],
  [
    'a late file runs where the policy says so',
    { files: files('1', '2', '3'), records: records('1', '3'), policy: { late: 'run', retry: 'bounded' } },
    'behind',
    { pending: ['2'] },
  ],
  [
    'a late file is late even where what followed was accepted as gone',
    { files: files('1', '2', '4'), records: [record('1', 1), record('3', 2, { file: '' })] },
    'blocked',
    { pending: ['2', '4'], problems: ['late-file 2'] },
  ],
  [
    'two files of one version are a problem',
    { files: [migration('1'), migration('01')], records: [] },
    'blocked',
    { pending: ['1'], problems: ['duplicate-version 1'] },
  ],
  [
    'of two files of one version the applied one is not called edited',
    { files: [migration('01'), migration('1')], records: records('1') },
    'blocked',
    { problems: ['duplicate-version 1'] },
  ],
  [
    'all problems are told at once, by version',
    {
      files: [migration('2', { checksum: sum('edited') }), migration('3'), migration('4'), migration('04')],
      records: records('1', '2', '4'),
    },
    'blocked',
    { pending: ['3'], problems: ['missing-file 1', 'checksum-changed 2', 'late-file 3', 'duplicate-version 4'] },
  ],

  // Ahead.
  ['recorded above every file is ahead', { files: files('1'), records: records('1', '2') }, 'ahead', { ahead: ['2'] }],
  [
    'ahead by a breaking one is incompatible',
    { files: files('1'), records: [record('1', 1), record('2', 2, { breaking: true })] },
    'incompatible',
    { ahead: ['2'] },
  ],
  [
    'a breaking one that is known here is fine',
    { files: files('1', '2'), records: [record('1', 1), record('2', 2, { breaking: true })] },
    'current',
    {},
  ],
  [
    'incompatible outweighs problems',
    {
      files: [migration('1', { checksum: sum('edited') })],
      records: [record('1', 1), record('2', 2, { breaking: true })],
    },
    'incompatible',
    { ahead: ['2'], problems: ['checksum-changed 1'] },
  ],
  [
    'problems outweigh ahead',
    { files: [migration('1', { checksum: sum('edited') })], records: records('1', '2') },
    'blocked',
    { ahead: ['2'], problems: ['checksum-changed 1'] },
  ],
  ['without any file everything recorded is ahead', { files: [], records: records('1') }, 'ahead', { ahead: ['1'] }],
  [
    'accepted as gone is not ahead',
    { files: files('1'), records: [record('1', 1), record('2', 2, { file: '' })] },
    'current',
    {},
  ],

  // Half done.
  [
    'a stopped run goes on',
    { files: files('1', '2'), records: [record('1', 1), stopped('2', 2)] },
    'behind',
    { pending: ['2'] },
  ],
  [
    'a failed run goes on, edited or not',
    { files: [migration('1', { checksum: sum('mended') })], records: [stopped('1', 1, { state: 'failed' })] },
    'behind',
    { pending: ['1'] },
  ],
  [
    'a failed run stands where nothing may be retried',
    { files: files('1'), records: [stopped('1', 1, { state: 'failed' })], policy: { late: 'error', retry: 'never' } },
    'blocked',
    { pending: ['1'], problems: ['failed-run 1'] },
  ],
  [
    'a resolved run goes on there',
    { files: files('1'), records: [stopped('1', 1, { state: 'resolved' })], policy: { late: 'error', retry: 'never' } },
    'behind',
    { pending: ['1'] },
  ],
  [
    'a half-finished down is a problem, and not pending',
    { files: files('1', '2'), records: [record('1', 1), stopped('2', 2, { direction: 'down' })] },
    'blocked',
    { problems: ['half-down 2'] },
  ],
  [
    'a stopped run whose file is gone is a missing file',
    { files: files('2'), records: [stopped('1', 1), record('2', 2)] },
    'blocked',
    { problems: ['missing-file 1'] },
  ],
  [
    'a file before a stopped one is late',
    { files: files('1', '2'), records: [stopped('2', 1)] },
    'blocked',
    { pending: ['1', '2'], problems: ['late-file 1'] },
  ],

  // Repeatables.
  [
    'a new repeatable is pending',
    { files: files('1', 'R__views'), records: records('1') },
    'behind',
    { pending: ['R__views'] },
  ],
  [
    'a repeatable of the same text is current',
    { files: files('1', 'R__views'), records: records('1', 'R__views') },
    'current',
    {},
  ],
  [
    'an edited repeatable is pending, not a problem',
    { files: [migration('1'), migration('R__views', { checksum: sum('new') })], records: records('1', 'R__views') },
    'behind',
    { pending: ['R__views'] },
  ],
  ['a repeatable that is gone is nothing', { files: files('1'), records: records('1', 'R__views') }, 'current', {}],
  [
    'a repeatable makes no file late',
    { files: files('1', 'R__views'), records: records('R__views') },
    'behind',
    { pending: ['1'] },
  ],

  // Categories.
  [
    'each category has an order of its own',
    { scheme: 'category', files: files('knowledge1', 'task1', 'task2'), records: records('task2', 'task1') },
    'behind',
    { pending: ['knowledge1'] },
  ],
  [
    'late is late within its category',
    { scheme: 'category', files: files('knowledge1', 'task1', 'task2'), records: records('task2') },
    'blocked',
    { pending: ['knowledge1', 'task1'], problems: ['late-file task1'] },
  ],
  [
    'ahead is ahead within its category',
    { scheme: 'category', files: files('knowledge1', 'task1'), records: records('knowledge1', 'task1', 'knowledge2') },
    'ahead',
    { ahead: ['knowledge2'] },
  ],
  [
    'a category that nobody here knows is ahead',
    { scheme: 'category', files: files('task1'), records: records('task1', 'zoo1') },
    'ahead',
    { ahead: ['zoo1'] },
  ],

  // Dotted.
  [
    'dotted versions are ordered number by number',
    { scheme: 'dotted', files: files('1.2', '1.10'), records: records('1.10') },
    'blocked',
    { pending: ['1.2'], problems: ['late-file 1.2'] },
  ],
]

test.each(cases)('%s', (_fact, given, verdict, { pending = [], problems = [], ahead = [] }) => {
  const found = judge({
    files: [],
    records: [],
    scheme: 'numeric',
    policy: { late: 'error', retry: 'bounded' },
    ...given,
  })
  expect({
    verdict: found.verdict,
    pending: found.pending.map((one) => one.migration.version),
    problems: found.problems.map((one) => `${one.code} ${one.version}`),
    ahead: found.ahead.map((one) => one.version),
  }).toEqual({ verdict, pending, problems, ahead })
})

const policy = { late: 'error', retry: 'bounded' } as const

test('a problem names its file and what was found', () => {
  const { problems } = judge({
    files: [migration('2', { checksum: sum('edited') }), migration('3'), migration('03', { file: 'm/03_again.sql' })],
    records: records('1', '2'),
    scheme: 'numeric',
    policy,
  })
  expect(problems).toEqual([
    {
      code: 'missing-file',
      version: '1',
      file: 'm/1.sql',
      details: { appliedAt: '2026-01-02T03:04:05.678Z', appliedBy: 'ada@desk' },
    },
    {
      code: 'checksum-changed',
      version: '2',
      file: 'm/2.sql',
      details: { appliedAt: '2026-01-02T03:04:05.678Z', recorded: sum('2'), found: sum('edited') },
    },
    { code: 'duplicate-version', version: '3', file: 'm/3.sql', details: { others: ['m/03_again.sql'] } },
  ])
})

test('what is pending carries the record of the run that stopped', () => {
  const half = stopped('1', 1)
  const { pending } = judge({ files: files('1', '2'), records: [half], scheme: 'numeric', policy })
  expect(pending.map((one) => one.record)).toEqual([half, null])
})

test('applied is in the order of application, whatever the order of the rows', () => {
  const rows = [record('3', 2), record('1', 1), record('2', 3)]
  const { applied, version } = judge({ files: files('1', '2', '3'), records: rows, scheme: 'numeric', policy })
  expect(applied.map((one) => one.version)).toEqual(['1', '3', '2'])
  expect(version).toBe('3')
})

const versions: readonly (readonly [fact: string, given: Partial<Judging<Migration>>, version: string | null])[] = [
  ['none before the first', { records: [] }, null],
  ['the newest by value', { records: records('9', '10') }, '10'],
  ['not one that is under way', { records: [record('1', 1), stopped('2', 2)] }, '1'],
  ['not a repeatable', { records: records('1', 'R__views') }, '1'],
  ['in categories, the last applied', { scheme: 'category', records: records('task9', 'knowledge1') }, 'knowledge1'],
]

test.each(versions)('the version is %s', (_fact, given, version) => {
  const given1 = { files: files('1', '2', '9', '10'), records: [], scheme: 'numeric', policy, ...given } as const
  expect(judge(given1).version).toBe(version)
})
