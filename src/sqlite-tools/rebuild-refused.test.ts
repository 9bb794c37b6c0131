import { expect, test } from 'vitest'
import { database, rebuild, schemaOf } from '../../test/support/rebuild.ts'
import { runCode } from '../../test/support/sqlite-code.ts'
import { rebuildTable, type RebuildSpec } from './rebuild.ts'

const plain = 'CREATE TABLE t (id INTEGER PRIMARY KEY, score TEXT, note TEXT)'
const id = 'INTEGER PRIMARY KEY'
const refusals: readonly (readonly [fact: string, before: string, spec: RebuildSpec, reason: string, help: string])[] =
  [
    [
      'a column that would be lost',
      plain,
      { columns: { id, score: '' } },
      'its column note would be lost',
      "dropped: ['note']",
    ],
    ['several', plain, { columns: { id } }, 'its columns score, note would be lost', "dropped: ['score', 'note']"],
    [
      'a source that is not there',
      plain,
      { columns: { id, s: '' }, renamed: { s: 'skore' } },
      'no column skore',
      'did you mean score?',
    ],
    [
      'a target that is not there',
      plain,
      { columns: { id }, values: { ix: '1' } },
      'new form has no column ix',
      'did you mean id?',
    ],
    [
      'a value for a generated column',
      plain,
      { columns: { id, score: 'AS (1)' }, values: { score: '2' } },
      'score is generated',
      'leave it out',
    ],
    [
      'a text that makes another table',
      plain,
      { create: 'CREATE TABLE other (id)' },
      '`create` makes other',
      'CREATE TABLE t',
    ],
    [
      'a text that is none',
      plain,
      { create: 'CREATE TABLE t AS SELECT 1' },
      'no CREATE TABLE with columns',
      'CREATE TABLE t',
    ],
    ['a table that is not there', 'CREATE TABLE u (a)', { columns: { a: '' } }, 'none of that name', 'ordinary table'],
    ['a view', 'CREATE VIEW t AS SELECT 1 AS a', { columns: { a: '' } }, 'it is a view', 'ordinary table'],
    [
      'a virtual table',
      'CREATE VIRTUAL TABLE t USING fts5 (a)',
      { columns: { a: '' } },
      'a virtual table',
      'ordinary table',
    ],
    [
      'an object that is not there',
      `${plain}; CREATE INDEX t_note ON t (note)`,
      { columns: { id, score: '', note: '' }, replaced: { t_not: null } },
      't_not is no index',
      'did you mean t_note?',
    ],
  ]

test.each(refusals)('refused: %s', async (_fact, before, spec, reason, help) => {
  const path = database(before)
  const there = schemaOf(path)
  await expect(rebuild(path, 't', spec)).rejects.toMatchObject({
    code: 'rebuild-refused',
    details: { table: 't', reason: expect.stringContaining(reason), help: expect.stringContaining(help) },
  })
  expect(schemaOf(path)).toEqual(there)
})

test('refused: while foreign keys are enforced, which would take the children along', async () => {
  const enforced = async (): Promise<never[]> => [{ foreign_keys: 1 }] as never
  await expect(
    runCode(database(plain), (api) =>
      rebuildTable(
        { ...api, query: (text, values) => (text === 'PRAGMA foreign_keys' ? enforced() : api.query(text, values)) },
        't',
        { columns: { id } },
      ),
    ),
  ).rejects.toMatchObject({
    code: 'rebuild-refused',
    details: { reason: expect.stringContaining('foreign keys are enforced') },
  })
})
