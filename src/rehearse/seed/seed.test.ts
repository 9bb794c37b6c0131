import { expect, test } from 'vitest'
import type { Shape, ShapeObject } from '../../core/shape.ts'
import { readTables, type SeedTable } from '../tables.ts'
import { insertText, keysQuery, seedRows } from './seed-rows.ts'
import { orderTables } from './table-order.ts'

const table = (name: string): ShapeObject => ({ kind: 'table', name, facts: {} })
const column = (name: string, facts: ShapeObject['facts']): ShapeObject => ({
  kind: 'column',
  name,
  facts: { nullable: true, ...facts },
})
const constraint = (name: string, definition: string): ShapeObject => ({
  kind: 'constraint',
  name,
  facts: { definition },
})
const shapeOf = (...objects: readonly ShapeObject[]): Shape => ({ rule: 'postgres-1', objects })

/** `b>a` refers to a; `b?a` may leave that empty. */
function tablesOf(...said: readonly string[]): SeedTable[] {
  const names = new Set(said.flatMap((one) => one.split(/[>?]/)))
  return readTables(
    shapeOf(
      ...[...names].map((name) => table(`public.${name}`)),
      ...said.flatMap((one) => {
        const [from, to] = one.split(/[>?]/)
        if (to === undefined) return []
        return [
          column(`public.${from}.${to}_id`, { type: 'integer', nullable: one.includes('?') }),
          constraint(
            `public.${from}.${to}_fkey`,
            `FOREIGN KEY (${to}_id) REFERENCES public.${to}(id) ON DELETE CASCADE`,
          ),
        ]
      }),
    ),
  )
}

const orders: readonly (readonly [fact: string, tables: readonly string[], wanted: string])[] = [
  ['what is referred to first', ['a>b', 'b>c'], 'c b a'],
  ['ties by name', ['b', 'a'], 'a b'],
  ['a table may refer to itself', ['a>a', 'b>a'], 'a b'],
  ['a circle is cut where a reference may be empty', ['a>b', 'b?a'], 'b a'],
  ['a circle without such a reference still ends', ['a>b', 'b>a'], 'a b'],
]

test.each(orders)('order: %s', (_fact, said, wanted) => {
  const order = orderTables(tablesOf(...said)).map((one) => one.path.at(-1))
  expect(order.join(' ')).toBe(wanted)
})

function insertOf(
  types: Readonly<Record<string, ShapeObject['facts']>>,
  row = 0,
  more: readonly ShapeObject[] = [],
): string {
  const columns = Object.entries(types).map(([name, facts]) => column(`public.t.${name}`, facts))
  const [found] = readTables(shapeOf(table('public.t'), ...columns, ...more))
  const insert = insertText({ table: found as SeedTable, row, attempt: 0, keysOf: () => [] }, { dialect: 'postgres' })
  return 'text' in insert ? insert.text : insert.why
}

const inserts: readonly (readonly [fact: string, got: string, wanted: string])[] = [
  [
    'numbers and texts',
    insertOf({ a: { type: 'integer' }, b: { type: 'text' } }),
    `("a", "b") values ('1001', 'seed_1001')`,
  ],
  ['a short text keeps its end', insertOf({ a: { type: 'character varying(3)' } }, 1), `("a") values ('002')`],
  ['a sequence fills its column', insertOf({ a: { type: 'integer', default: "nextval('x')" } }), 'default values'],
  ['an identity too', insertOf({ a: { type: 'integer', identity: 'always' } }), 'default values'],
  ['the last row has NULL where it may', insertOf({ a: { type: 'text' } }, seedRows - 1), '("a") values (null)'],
  ['but not in a key', insertOf({ a: { type: 'text' } }, 2, [constraint('public.t.u', 'UNIQUE (a)')]), `('seed_1003')`],
  [
    'an enum takes its labels in turn',
    insertOf({ a: { type: 'public.mood' } }, 1, [
      { kind: 'type', name: 'public.mood', facts: { form: 'enum', labels: "'sad', 'it''s'" } },
    ]),
    `('it''s')`,
  ],
  [
    'a check tells its values',
    insertOf({ a: { type: 'text' } }, 0, [constraint('public.t.c', "CHECK (a = ANY (ARRAY['x', 'y']))")]),
    `('x')`,
  ],
  ['an array holds one', insertOf({ a: { type: 'integer[]' } }), `('{"1001"}')`],
  ['an unknown type stays empty', insertOf({ a: { type: 'public.strange' } }), '("a") values (null)'],
  [
    'or has no row',
    insertOf({ a: { type: 'public.strange', nullable: false } }),
    'no value is known for a public.strange',
  ],
]

test.each(inserts)('insert: %s', (_fact, got, wanted) => {
  expect(got).toContain(wanted)
})

test('rows are the same each time, and differ from one another', () => {
  const types = { a: { type: 'uuid' }, b: { type: 'timestamp with time zone' }, c: { type: 'jsonb' } }
  const rows = [0, 1].map((row) => insertOf(types, row))
  expect(rows).toEqual([0, 1].map((row) => insertOf(types, row)))
  expect(new Set(rows).size).toBe(2)
})

test('a reference without rows: empty where it may be, no row where not', () => {
  const insert = (said: string) => {
    const found = tablesOf(said).find((one) => one.name === 'public.b')
    return insertText({ table: found as SeedTable, row: 0, attempt: 0, keysOf: () => [] }, { dialect: 'postgres' })
  }
  expect(insert('b?a')).toEqual({ text: 'insert into "public"."b" ("a_id") values (null)' })
  expect(insert('b>a')).toEqual({ why: 'it refers to public.a, which has no rows' })
})

test('keys are asked of the table that is referred to', () => {
  const tables = tablesOf('b>a')
  const reference = tables.flatMap((one) => one.references)[0]
  expect(reference === undefined ? null : keysQuery(reference, tables, { dialect: 'sqlite' })).toBe(
    'select quote("id") as k0 from "public"."a" where "id" is not null order by 1 limit 3',
  )
})
