import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sweepFolder } from './folder.ts'
import { manifestFormat, printManifest } from './manifest.ts'
import { freeBackupName } from './name.ts'
import { pruneFolder } from './prune.ts'

const dayMs = 86_400_000
const now = Date.UTC(2026, 5, 1)
const store = { name: 'app', kind: 'sqlite', place: 'app.db' } as const

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-prune-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** `40` is a whole backup of forty days ago, `f40` one with a byte of it changed, `x40` one without a manifest. */
function lay(folder: string, word: string): string {
  const atMs = now - Number(word.replace(/[fx]/, '')) * dayMs
  const file = freeBackupName(store.name, atMs, () => false)
  const bytes = Buffer.from(`all that there was ${word}`)
  const digest = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  writeFileSync(join(folder, file), word.startsWith('f') ? bytes.fill('!', 3, 4) : bytes)
  const manifest = printManifest({
    format: manifestFormat,
    toolVersion: '0.1.0',
    store: store.name,
    kind: store.kind,
    form: 'sqlite',
    place: store.place,
    takenAt: new Date(atMs).toISOString(),
    takenBy: 'somebody',
    runId: 'run',
    reason: 'asked',
    file: digest,
    content: digest,
    holds: {
      rows: {},
      history: { head: null, fingerprint: '', versions: [] },
      shape: { rule: 'sqlite-1', fingerprint: '' },
      brokenKeys: 0,
      serverVersion: 'SQLite',
    },
    checks: [],
    remarks: [],
    durationMs: 1,
  })
  if (!word.startsWith('x')) writeFileSync(join(folder, `${file}.json`), manifest)
  return file
}

interface Case {
  readonly there: readonly string[]
  readonly keepAtLeast: number
  /** Made a moment ago. */
  readonly proven?: string
  readonly left: readonly string[]
}

function check(fact: string, { there, keepAtLeast, proven, left }: Case): void {
  test(fact, async () => {
    const folder = temporary()
    const files = new Map(there.map((word) => [word, lay(folder, word)]))
    const retention = { keepDays: 30, keepAtLeast }
    const of = { folder, store, retention, nowMs: now, proven: files.get(proven ?? '') ?? null }
    const pruned = await pruneFolder(of)
    const gone = there.filter((word) => !left.includes(word))
    expect(pruned.toSorted()).toEqual(gone.map((word) => files.get(word) ?? '').sort())
    const names = readdirSync(folder).filter((file) => file.endsWith('.bak'))
    expect(names.sort()).toEqual(left.map((word) => files.get(word) ?? '').sort())
    expect(readdirSync(folder).filter((file) => file.endsWith('.json'))).toHaveLength(
      left.filter((word) => !word.startsWith('x')).length,
    )
  })
}

check('what is too old goes, with its manifest', { there: ['1', '40', '50'], keepAtLeast: 1, left: ['1'] })
check('a changed byte in the newest: what it would have replaced stays', {
  there: ['f1', '40', '50'],
  keepAtLeast: 1,
  left: ['f1', '40'],
})
check('changed bytes in several: the newest whole one stays', {
  there: ['f31', 'f32', '40', '50'],
  keepAtLeast: 1,
  left: ['40'],
})
check('one that was made a moment ago need not be read again', {
  there: ['f0', '40'],
  keepAtLeast: 1,
  proven: 'f0',
  left: ['f0'],
})
check('where none is whole, nothing goes', {
  there: ['f31', 'f40', 'x50'],
  keepAtLeast: 1,
  left: ['f31', 'f40', 'x50'],
})
check('one of next year stays, and does not push out the last real one', {
  there: ['-300', '40', '50'],
  keepAtLeast: 1,
  left: ['-300', '40'],
})

test('what a killed run left is swept, and nothing else', async () => {
  const folder = temporary()
  const [whole, other] = ['app.2026-01-15_14-30-45.bak', 'app.web.2026-01-15_14-30-45.bak']
  const stay = [
    whole,
    `${whole}.json`,
    `${other}.partial`,
    `${other}.json`,
    '.app.lockstep-lock',
    'app.partial',
    'notes.json',
    'app.2026-01-15.bak.partial',
  ]
  const go = [
    'app.2026-01-16_00-00-00.bak.partial',
    'app.2026-01-16_00-00-00.bak.partial-journal',
    'app.2026-01-16_00-00-00.bak.partial-wal',
    'app.2026-01-16_00-00-00-2.bak.zst.partial',
    'app.2026-01-16_00-00-00.bak.json.partial',
    'app.2026-01-17_00-00-00.bak.json',
  ]
  for (const file of [...stay, ...go]) writeFileSync(join(folder, file), 'x')
  expect((await sweepFolder(folder, 'app')).sort()).toEqual(go.sort())
  expect(readdirSync(folder).sort()).toEqual(stay.sort())
})
