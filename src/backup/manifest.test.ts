import { expect, test } from 'vitest'
import { parseManifest, printManifest, type Manifest } from './manifest.ts'

const sha256 = 'a'.repeat(64)
const manifest: Manifest = {
  format: 1,
  toolVersion: '0.1.0',
  store: 'app',
  kind: 'sqlite',
  form: 'sqlite',
  place: 'data/app.db',
  takenAt: '2026-01-15T14:30:45.000Z',
  takenBy: 'ada@host',
  runId: 'run',
  reason: 'before-run',
  file: { bytes: 10, sha256 },
  content: { bytes: 100, sha256 },
  holds: {
    rows: { userRows: 3 },
    history: { head: 'hash', fingerprint: 'print', versions: ['0001'] },
    shape: { rule: 'sqlite-1', fingerprint: 'shape' },
    brokenKeys: 0,
    serverVersion: 'SQLite 3.53.0',
  },
  checks: ['integrity_check'],
  remarks: [],
  durationMs: 12,
}

test('what is written is read again', () => {
  expect(parseManifest(printManifest(manifest))).toEqual(manifest)
})

test('names of tables are kept as they are, our own are in snake case', () => {
  expect(JSON.parse(printManifest(manifest))).toMatchObject({
    taken_at: manifest.takenAt,
    bytes: 10,
    sha256,
    rows: { userRows: 3 },
  })
})

test.each([
  ['nothing', '', /not JSON/],
  ['a list', '[]', /no format/],
  ['null', 'null', /no format/],
  ['another format', '{"format": 2}', /format 2; this Lockstep knows 1/],
  ['a digest of another length', changed({ sha256: 'abc' }), /digest/],
  ['a size that is no whole number', changed({ bytes: 1.5 }), /digest/],
  ['a negative size', changed({ content: { bytes: -1, sha256 } }), /content is no digest/],
  ['a time that is none', changed({ taken_at: 'yesterday' }), /taken_at/],
  ['a count that is none', changed({ rows: { people: 'many' } }), /what it held/],
  ['no store', changed({ store: 7 }), /store is no text/],
])('refused: %s', (_what, text, reason) => {
  expect(parseManifest(text)).toMatch(reason)
})

function changed(changes: object): string {
  return JSON.stringify({ ...(JSON.parse(printManifest(manifest)) as object), ...changes })
}
