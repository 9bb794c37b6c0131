import { describe, expect, test } from 'vitest'
import { runCode } from '../../test/support/sqlite-code.ts'
import { freshPath, prepare } from '../../test/support/sqlite.ts'
import type { Copy } from './copy.ts'
import { proveCopy, proveCounts } from './prove.ts'

const untouched = [
  { to: 'a', from: 'a' },
  { to: 'b', from: 'b' },
]
const byRowid: Copy = { columns: [], untouched, rowid: { to: 'id', from: 'id' } }
const byValues: Copy = { columns: [], untouched, rowid: null }
const rows = "(1, 'x', 1), (2, 'y', 2), (3, NULL, 2.5), (4, x'00', 0), (5, 'y', 2)"

/** What was done to the copy, and what must be said of it; `null`: it is a true copy. */
const changes: readonly (readonly [fact: string, change: string, reason: string | null])[] = [
  ['nothing', 'SELECT 1', null],
  ['another order of the rows on disk', "DELETE FROM made WHERE id = 1; INSERT INTO made VALUES (1, 'x', 1)", null],
  ['a value is another', "UPDATE made SET a = 'z' WHERE id = 2", '1 of 5 rows hold other values'],
  ['a value is written otherwise', "UPDATE made SET a = 'X' WHERE id = 1", '1 of 5 rows hold other values'],
  ['a value is gone', 'UPDATE made SET a = NULL WHERE id = 1', '1 of 5 rows hold other values'],
  ['a value is there', "UPDATE made SET a = '' WHERE id = 3", '1 of 5 rows hold other values'],
  ['an integer became a float', 'UPDATE made SET b = 1.0 WHERE id = 1', '1 of 5 rows hold other values'],
  ['a blob became a text', 'UPDATE made SET a = char(0) WHERE id = 4', '1 of 5 rows hold other values'],
  ['a row is gone', 'DELETE FROM made WHERE id = 5', '5 rows were there, 4 are'],
  ['a row is there twice', "INSERT INTO made VALUES (6, 'y', 2)", '5 rows were there, 6 are'],
  [
    'one row for another',
    "DELETE FROM made WHERE id = 1; INSERT INTO made VALUES (6, 'y', 2)",
    'rows hold other values',
  ],
]

describe.each([
  ['by their numbers', byRowid],
  ['by their values', byValues],
])('rows compared %s', (_how, copy) => {
  test.each(changes)('%s', async (_fact, change, reason) => {
    const path = freshPath()
    const columns = '(id INTEGER PRIMARY KEY, a COLLATE NOCASE, b)'
    prepare(
      path,
      `CREATE TABLE old ${columns}; CREATE TABLE made ${columns};
      INSERT INTO old VALUES ${rows}; INSERT INTO made VALUES ${rows}; ${change}`,
    )
    const proven = runCode(path, async (api) =>
      expect(await proveCopy(api, { old: 'old', made: 'made', copy })).toBe(5),
    )
    if (reason === null) await proven
    else
      await expect(proven).rejects.toMatchObject({
        code: 'rebuild-differs',
        details: { reason: expect.stringContaining(reason) },
      })
  })
})

test('a child that has lost rows, or is gone, is told', () => {
  const before = new Map([['runs', 3]])
  expect(() => proveCounts('t', before, new Map([['runs', 3]]))).not.toThrow()
  expect(() => proveCounts('t', before, new Map([['runs', 2]]))).toThrow('runs held 3 values, 2 are left')
  expect(() => proveCounts('t', before, new Map())).toThrow('runs held 3 values, none are left')
})
