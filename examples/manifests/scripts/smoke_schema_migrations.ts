/**
 * The nine smoke tests of the old guide, each on a copy of this example, and the eight guarantees that they stand for.
 *
 *     npm run smoke_schema_migrations
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

interface Manifest {
  readonly schema_version: string
  readonly run_id: string
  readonly job_id?: string
  readonly migration_history?: readonly Readonly<Record<string, unknown>>[]
  readonly [name: string]: unknown
}

const example = join(import.meta.dirname, '..')
const emptyChain = { is_chainable_stage: false, prior_stages: [] }
let root = ''

/** Runs the command line in the copy; throws what it says where it does not end as it should. */
function lockstep(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('lockstep', args, { cwd: root, encoding: 'utf8' })
  if (error !== undefined) throw error
  assert.equal(status, 0, `lockstep ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** The manifest of a job, each of which has one run here. */
function fileOf(job: string): string {
  return join('artifacts', job, readdirSync(join(root, 'artifacts', job))[0] ?? '', 'manifest.json')
}

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const manifestOf = (job: string): Manifest => JSON.parse(textOf(fileOf(job))) as Manifest
const sha256Of = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
const without = (manifest: Manifest): object => ({
  ...manifest,
  schema_version: undefined,
  migration_history: undefined,
})

/** Every file of the corpus with its hash; our own notes left out. */
function hashes(wanted: (path: string) => boolean = () => true): Readonly<Record<string, string>> {
  const files = readdirSync(join(root, 'artifacts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.includes('/.') && wanted(path))
  return Object.fromEntries(files.sort().map((path) => [path, sha256Of(textOf(path))]))
}

const tests: Readonly<Record<string, () => void>> = {
  'Migration 1.0.0 → 1.1.0 correctness'() {
    const before = manifestOf('instagram-copy')
    lockstep('up', '--to', '1.1.0', '--only', fileOf('instagram-copy'))
    const after = manifestOf('instagram-copy')
    assert.equal(after.schema_version, '1.1.0')
    assert.deepEqual(without(after), { ...without(before), input_snapshots: {}, inputs_hash: null })
  },

  'Migration 1.1.0 → 1.2.0 correctness'() {
    const before = manifestOf('brand-audit')
    lockstep('up', '--to', '1.2.0', '--only', fileOf('brand-audit'))
    const after = manifestOf('brand-audit')
    assert.equal(after.schema_version, '1.2.0')
    assert.deepEqual(without(after), { ...without(before), chain_metadata: emptyChain })
  },

  'Migration 1.0.0 → 1.2.0 direct correctness'() {
    lockstep('up', '--to', '1.2.0', '--only', fileOf('instagram-copy'))
    const { schema_version: version, migration_history: history = [], ...rest } = manifestOf('instagram-copy')
    assert.equal(version, '1.2.0')
    assert.deepEqual([rest['input_snapshots'], rest['inputs_hash'], rest['chain_metadata']], [{}, null, emptyChain])
    assert.equal(history.length, 1)
  },

  'Migration path finding (BFS)'() {
    assert.match(lockstep('plan'), /1\.0\.0 -> 1\.2\.0 -> 1\.3\.0 +3$/m)
    rmSync(join(root, 'migrations/manifests/1.0.0-1.2.0.ts'))
    assert.match(lockstep('plan'), /1\.0\.0 -> 1\.1\.0 -> 1\.2\.0 -> 1\.3\.0 +3$/m)
  },

  'Idempotent migration (run twice safe)'() {
    lockstep('up')
    const once = hashes()
    lockstep('up')
    assert.deepEqual(hashes(), once)
  },

  'Migration history tracking (audit trail)'() {
    const before = textOf(fileOf('first-drops'))
    lockstep('up', '--to', '1.2.0')
    const [entry] = manifestOf('first-drops').migration_history ?? []
    assert.equal(entry?.['from_version'], '1.0.0')
    assert.equal(entry['to_version'], '1.2.0')
    assert.match(String(entry['applied_at']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    assert.deepEqual(entry['changes'], [
      ['Add input_snapshots field', 'Add inputs_hash field', 'Add chain_metadata field'],
    ])
    assert.equal(entry['checksum_before'], sha256Of(before))
    assert.match(String(entry['checksum_after']), /^sha256:[0-9a-f]{64}$/)
    // Recomputes both checksums of every entry.
    lockstep('verify')
  },

  'Backup creation (rollback capability)'() {
    const isManifest = (path: string): boolean => basename(path) === 'manifest.json'
    const before = hashes(isManifest)
    const run = /--run (\S+)/.exec(lockstep('up'))?.[1] ?? ''
    assert.equal(sha256Of(textOf(`${fileOf('first-drops')}.backup`)), before[fileOf('first-drops')])
    lockstep('restore', '--run', run)
    assert.deepEqual(hashes(isManifest), before)
  },

  'Dry run (no changes written)'() {
    const before = hashes()
    const planned = /would be migrated +(\d+)/.exec(lockstep('plan'))?.[1]
    assert.deepEqual(hashes(), before)
    assert.equal(/^ {2}migrated +(\d+)/m.exec(lockstep('up'))?.[1], planned)
  },

  'Phase 1.0 determinism invariants (7 checks)'() {
    const isInput = (path: string): boolean => path.includes('/inputs/')
    const jobs = readdirSync(join(root, 'artifacts'))
    const identity = ({ run_id, job_id, job_ref, doctrine }: Manifest): object => ({
      run_id,
      job_id,
      job_ref,
      doctrine,
    })
    const inputs = hashes(isInput)
    const paths = Object.keys(hashes())
    const before = jobs.map(manifestOf)
    lockstep('up')
    const after = jobs.map(manifestOf)
    // 1, 2: the files that a run was made from, their hashes, and the run_id that is made of these.
    assert.deepEqual(hashes(isInput), inputs)
    lockstep('verify', '--inputs')
    // 2, 3, 4: run_id, job_id, job_ref and doctrine; and artifacts/<job_id>/<run_id>/.
    assert.deepEqual(after.map(identity), before.map(identity))
    assert.deepEqual(Object.keys(hashes((path) => !path.includes('.backup'))), paths)
    // 5: there is no database here at all. 6: whatever was changed says so.
    const migrated = after.filter((one, i) => one.schema_version !== before[i]?.schema_version)
    assert.equal(migrated.length, jobs.length - 1)
    assert.ok(migrated.every((one) => (one.migration_history ?? []).length > 0))
    // 7: what was there is there, as it was.
    for (const [i, one] of before.entries())
      assert.deepEqual({ ...without(after[i] ?? one), ...without(one) }, without(after[i] ?? one))
  },
}

const guarantees = [
  'run_id never changes during migration',
  'job_id never changes during migration',
  'Input snapshots never modified',
  'Existing hashes preserved',
  'Migrations are idempotent',
  'Migration history tracked',
  'Backups created automatically',
  'Dry run works correctly',
]

let failed = 0
for (const [name, test] of Object.entries(tests)) {
  root = mkdtempSync(join(tmpdir(), 'smoke-'))
  try {
    cpSync(example, root, { recursive: true })
    test()
    console.log(`  ✓ ${name}`)
  } catch (error) {
    failed++
    console.log(`  ✗ ${name}\n${error instanceof Error ? error.message : String(error)}`)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
if (failed === 0) {
  console.log('\n✅ ALL TESTS PASSED\n\nPhase 1.0 Determinism Guarantees Verified:')
  for (const guarantee of guarantees) console.log(`  ✓ ${guarantee}`)
} else console.log(`\n${failed} of ${Object.keys(tests).length} tests failed`)
process.exitCode = failed === 0 ? 0 : 1
