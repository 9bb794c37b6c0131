import { expect, test } from 'vitest'
import { backupBar, continueBackup } from './backup-progress.ts'

test.each([
  ['at the start', 0, 4e9, 0, '[--------------------] 0 %  0 B of 4.0 GB'],
  ['a quarter in four seconds', 1e9, 4e9, 4000, '[#####---------------] 25 %  1.0 GB of 4.0 GB, 250 MB/s, 12.0 s left'],
  ['done', 5, 5, 1000, '[####################] 100 %  5 B of 5 B, 5 B/s, 0 ms left'],
  ['more than was expected', 9, 5, 1000, '[####################] 100 %  9 B of 5 B, 9 B/s, 0 ms left'],
])('%s', (_fact, done, total, elapsedMs, expected) => {
  expect(backupBar({ done, total }, elapsedMs)).toBe(expected)
})

test('a phase goes on where it began, and the next one begins anew', () => {
  const event = { type: 'backup-progress', store: 'app', phase: 'copying', done: 1, total: 2 } as const
  const first = continueBackup(null, event, 1000)
  expect(continueBackup(first, event, 3000).startedMs).toBe(1000)
  expect(continueBackup(first, { ...event, phase: 'checking' }, 3000)).toMatchObject({
    startedMs: 3000,
    label: 'checking the backup of app',
  })
})
