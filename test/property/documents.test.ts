/** Any document, in any form that JSON allows, through any runs: it comes back to its very bytes, or is not touched. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as documents from '../../src/documents/index.ts'
import { isLockstepError } from '../../src/core/error.ts'
import { makeCrashFiles } from '../support/crash-files.ts'

const path = '/data/x/a/manifest.json'

/** Numbers that a double bends, or prints otherwise than they stand. */
const numbers = fc.constantFrom('0', '-0', '1.10', '1E6', '1e400', '1E-999', '0.1', '9007199254740993', '100', '-3.0')
const strings = fc.oneof(
  fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u00e9"', '"é"', '"\\/"', '"😀"', '"\\ud83d\\ude00"', '""', '"a\\nb"', '"\\u0041"'),
)
const keys = fc.constantFrom(
  'a',
  'b',
  'c',
  'tags',
  '10',
  '2',
  '__proto__',
  'constructor',
  'toString',
  'a.b',
  '/',
  '',
  'é',
)
const blanks = fc.constantFrom('', '', ' ', '\n', '\n  ', '\t', '\r\n    ', '  ')

const { json } = fc.letrec<{ json: string; list: string; object: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: numbers },
    { weight: 3, arbitrary: strings },
    { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null') },
    { weight: 1, arbitrary: tie('list') },
    { weight: 1, arbitrary: tie('object') },
  ),
  list: fc
    .tuple(blanks, fc.array(fc.tuple(blanks, tie('json'), blanks), { maxLength: 3 }))
    .map(([blank, items]) => (items.length === 0 ? `[${blank}]` : `[${items.map((one) => one.join('')).join(',')}]`)),
  object: fc
    .uniqueArray(fc.tuple(keys, fc.tuple(blanks, blanks, blanks, tie('json'), blanks)), {
      maxLength: 3,
      selector: ([key]) => key,
    })
    .map((members) => `{${members.map(memberText).join(',')}}`),
}))

function memberText([key, [a, b, c, value, d]]: readonly [
  string,
  readonly [string, string, string, string, string],
]): string {
  return `${a}${JSON.stringify(key)}${b}:${c}${value}${d}`
}

/** A document of version 1, with its version anywhere among its members. */
const texts = fc
  .record({
    members: fc.uniqueArray(fc.tuple(keys, fc.tuple(blanks, blanks, blanks, json, blanks)), {
      maxLength: 5,
      selector: ([key]) => key,
    }),
    version: fc.constantFrom('1', '"1"', '"\\u0031"'),
    at: fc.nat(5),
    list: fc.constantFrom('', ',"migration_history":[]', ', "migration_history": [ ]'),
    mark: fc.constantFrom('', '\ufeff'),
    end: fc.constantFrom('', '\n', '\r\n', ' \n\n', '\t'),
  })
  .map(({ members, version, at, list, mark, end }) => {
    const all = members.map(memberText)
    all.splice(Math.min(at, all.length), 0, `"v": ${version}`)
    return `${mark}{${all.join(',')}${list}}${end}`
  })

const { add, defineTransform, map, move, remove, rename, wrap, wrapInList } = documents
const always = <T>(value: T) => ({ up: () => value, down: () => value })

/** Steps that keep, move, bend and lose: what their downs do not bring back is left to the backups. */
const transforms = documents.makeRegistry([
  defineTransform({ from: '1', to: '2', operations: [add('tags', []), rename('a', 'title')] }),
  defineTransform({ from: '2', to: '3', operations: [remove('b'), move('title', 'meta.title')] }),
  defineTransform({ from: '1', to: '3', operations: [remove('c'), wrap('b', 'value'), wrapInList('a')] }),
  defineTransform({ from: '3', to: '4.0', operations: [map('c', always(1)), add('checked', null)] }),
  defineTransform<Record<string, unknown>, Record<string, unknown>>({
    from: '4.0',
    to: '5.0',
    changes: ['sorted'],
    up: (document) => ({
      ...Object.fromEntries(Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1))),
      v: '5.0',
    }),
    down: (document) => ({ ...document, v: '4.0' }),
  }),
])
const versions = ['1', '2', '3', '4.0', '5.0']
const signal = { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined }

interface World {
  text(): string
  /** Leaves of a refused document are told, and nothing else of it. */
  go(direction: 'up' | 'down', to: string): Promise<documents.CorpusAnswer>
  edit(text: string): void
}

function makeWorld(text: string, { history }: { readonly history: 'kept' | 'none' }): World {
  const files = makeCrashFiles()
  files.put(path, text)
  const rules = documents.rulesOf({ version: 'v', ...(history === 'none' ? { history: false } : {}) })
  const corpus = documents.corpusAt('x/**/manifest.json', '/data')
  let minutes = 10
  return {
    text: () => files.all().get(path) ?? '',
    edit: (next) => files.put(path, next),
    go: (direction, to) => {
      const now = `2026-01-01T00:${++minutes}:00.000Z`
      const head = { run: `run-${minutes}`, at: now, by: 'me@here', tool: '0', form: 'links' } as const
      return documents.migrateCorpus(
        { files, corpus, transforms, contracts: new Map(), rules },
        { direction, to, only: null, limit: null, now },
        { head, signal, onProgress: () => undefined },
      )
    },
  }
}

const histories = fc.constantFrom('kept' as const, 'none' as const)

test('whatever runs a document has gone through, a down to a version gives the bytes that it had there', async () => {
  let moved = 0
  await fc.assert(
    fc.asyncProperty(
      texts,
      histories,
      fc.array(fc.constantFrom(...versions), { maxLength: 6 }),
      async (text, history, goals) => {
        const world = makeWorld(text, { history })
        const had = new Map([['1', text]])
        let at = '1'
        for (const goal of [...goals, '1']) {
          const before = world.text()
          const direction = versions.indexOf(goal) > versions.indexOf(at) ? 'up' : 'down'
          const { migrated, refused } = await world.go(direction, goal)
          if (migrated + refused === 0 || refused > 0) {
            expect(world.text()).toBe(before)
            continue
          }
          moved++
          if (direction === 'down') {
            // What it was on its way up past this version, it is forgotten to have been.
            for (const later of versions.slice(versions.indexOf(goal) + 1)) had.delete(later)
            if (had.has(goal)) expect(world.text()).toBe(had.get(goal))
          }
          had.set(goal, world.text())
          at = goal
        }
      },
    ),
    { numRuns: 400 },
  )
  expect(moved).toBeGreaterThan(400)
})

test('up twice is up once', async () => {
  await fc.assert(
    fc.asyncProperty(texts, histories, async (text, history) => {
      const world = makeWorld(text, { history })
      await world.go('up', '5.0')
      const once = world.text()
      expect(await world.go('up', '5.0')).toMatchObject({ migrated: 0 })
      expect(world.text()).toBe(once)
    }),
    { numRuns: 200 },
  )
})

test('a document that was changed since keeps the change on its way down', async () => {
  await fc.assert(
    fc.asyncProperty(texts, histories, async (text, history) => {
      const world = makeWorld(text, { history })
      const { migrated } = await world.go('up', '5.0')
      fc.pre(migrated === 1)
      world.edit(world.text().replace('{', '{"added by a program": 7,'))
      await world.go('down', '1')
      expect(world.text()).toContain('"added by a program": 7')
    }),
    { numRuns: 200 },
  )
})

/** Valid text with some characters put in, taken out or doubled. */
const torn = fc
  .tuple(
    texts,
    fc.array(
      fc.tuple(fc.nat(200), fc.constantFrom('', '"', '{', '}', '\\', ',', '\u0000', '\ud83d', 'e', '-'), fc.nat(2)),
      { maxLength: 4 },
    ),
  )
  .map(([text, cuts]) => cuts.reduce((all, [at, put, length]) => all.slice(0, at) + put + all.slice(at + length), text))

test('any text is migrated and comes back, or is refused by name and stays as it is', async () => {
  await fc.assert(
    fc.asyncProperty(torn, histories, async (text, history) => {
      const world = makeWorld(text, { history })
      const before = world.text()
      const { seen, migrated, refused, refusals } = await world.go('up', '5.0')
      expect([seen, migrated + refused]).toEqual([1, 1])
      for (const { error } of refusals) expect(isLockstepError(error) && error.code).toMatch(/^(?:document|transform)-/)
      if (refused === 1) expect(world.text()).toBe(before)
      else {
        expect(await world.go('down', '1')).toMatchObject({ migrated: 1, inexact: 0 })
        expect(world.text()).toBe(before)
      }
    }),
    { numRuns: 500 },
  )
})
