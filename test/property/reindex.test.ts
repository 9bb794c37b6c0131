/** Whatever documents hold: the table that is built from them is the one that they are compared with, value by value. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lockstep } from '../../src/library/lockstep.ts'
import { makeFolder } from '../support/temporary-folder.ts'

const columns = {
  anything: { type: 'json', at: 'v' },
  words: { type: 'text', at: 'v' },
  whole: { type: 'integer', at: 'v' },
  exact: { type: 'decimal', at: 'v' },
  near: { type: 'real', at: 'v' },
  flag: { type: 'boolean', at: 'v' },
  moment: { type: 'time', at: 'v' },
} as const

type Type = keyof typeof columns

/** JSON texts, also those that a JavaScript number or a table could not hold. */
const texts = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
  fc.tuple(fc.bigInt(), fc.nat(), fc.integer({ min: -400, max: 400 })).map(([a, b, c]) => `${a}.${b}e${c}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.boolean().map(String),
  fc.date({ noInvalidDate: true }).map((date) => JSON.stringify(date.toISOString())),
  fc.constantFrom('null', '"\\u0000"', '"\\ud800"', '-0', '1e400', '[1.10,1E2]', '{"a":1,"a":2}'),
)

test.each(Object.keys(columns) as Type[])('a column %s', async (name) => {
  const folder = makeFolder({ 'artifacts/': '', 'migrations/': '', 'contracts/1.0.0.json': '{}' })
  const index = { url: 'sqlite:index.db', table: 't', columns: { [name]: columns[name] } }
  const store = {
    kind: 'documents',
    files: 'artifacts/*/x.json',
    contracts: 'contracts/{version}.json',
    migrations: 'migrations',
    index,
  } as const
  await using opened = await lockstep({ cwd: folder, config: { stores: { docs: store } } })
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 12 }), async (values) => {
      for (const [i, text] of values.entries()) {
        const file = join(folder, `artifacts/${i}/x.json`)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, `{"schema_version": "1.0.0", "v": ${text}}`)
      }
      const built = await opened.reindex({ refused: 'leave-out' })
      const found = built.stores[0]?.documents?.indexed
      expect(built.error, 'it stopped').toBeNull()
      expect(built.stores[0]?.error, 'it stopped').toBeNull()
      const compared = (await opened.reindex({ work: 'compare' })).stores[0]?.documents?.indexed
      expect(compared).toMatchObject({ missing: 0, differing: 0, extra: 0, rows: found?.rows, refused: found?.refused })
      expect((found?.rows ?? 0) + (found?.refused ?? 0)).toBe(found?.seen)
      expectKept(folder, name)
    }),
    { numRuns: 25 },
  )
})

/** What is in the table is what the document says, by another reader than ours. */
function expectKept(folder: string, name: Type): void {
  const database = new DatabaseSync(join(folder, 'index.db'), { readOnly: true, readBigInts: true })
  const rows = database.prepare(`SELECT document, ${name} AS cell FROM t`).all()
  database.close()
  for (const { document, cell } of rows) {
    const text = readFileSync(join(folder, 'artifacts', String(document)), 'utf8')
    const { v } = JSON.parse(text) as { v: unknown }
    if (name === 'anything') expect(JSON.parse(String(cell))).toEqual(v)
    else if (v === null) expect(cell).toBeNull()
    else if (name === 'flag') expect(cell).toBe(v === true ? 1n : 0n)
    else if (name === 'words' || name === 'moment') expect(cell).toBe(v)
    // A table knows one zero.
    else expect(Number(cell) + 0).toBe(Number(v) + 0)
  }
}
