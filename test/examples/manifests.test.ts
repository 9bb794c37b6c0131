/** The example `manifests` through the real command line: the nine documented smoke tests, and the eight guarantees. */

import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeProject, sha256Of, type Json, type Project } from './manifests-project.ts'

const emptyChain = { is_chainable_stage: false, prior_stages: [] }

describe('the nine smoke tests', () => {
  test('1.0.0 to 1.1.0', () => {
    using project = makeProject()
    const file = project.manifest('instagram-copy')
    expect(project.lockstep('up', '--to', '1.1.0', '--only', file).exit).toBe(0)
    expect(project.read(file)).toMatchObject({ schema_version: '1.1.0', input_snapshots: {}, inputs_hash: null })
  })

  test('1.1.0 to 1.2.0', () => {
    using project = makeProject()
    const file = project.manifest('brand-audit')
    expect(project.lockstep('up', '--to', '1.2.0', '--only', file).exit).toBe(0)
    expect(project.read(file)).toMatchObject({ schema_version: '1.2.0', chain_metadata: emptyChain })
  })

  test('1.0.0 to 1.2.0 direct', () => {
    using project = makeProject()
    const file = project.manifest('instagram-copy')
    const { moved } = project.ask('up', '--to', '1.2.0', '--only', file)
    expect(moved).toMatchObject({ ways: [{ way: '1.0.0 -> 1.2.0', documents: 1 }] })
    expect(historyOf(project, file)).toMatchObject([{ from_version: '1.0.0', to_version: '1.2.0' }])
  })

  test('path finding: the shortest way, direct steps first, also where one is missing', () => {
    using project = makeProject()
    const ways = (): unknown => (project.ask('plan')['moved'] as Json)['ways']
    expect(ways()).toContainEqual({ way: '1.0.0 -> 1.2.0 -> 1.3.0', documents: 3 })
    rmSync(join(project.folder, 'migrations/manifests/1.0.0-1.2.0.ts'))
    expect(ways()).toContainEqual({ way: '1.0.0 -> 1.1.0 -> 1.2.0 -> 1.3.0', documents: 3 })
  })

  test('idempotent: a second run changes no byte', () => {
    using project = makeProject()
    project.lockstep('up')
    const before = project.hashes()
    const { exit, moved } = project.ask('up')
    expect([exit, moved]).toMatchObject([0, { migrated: 0, current: 6, left_alone: 1 }])
    expect(project.hashes()).toEqual(before)
  })

  test('history: versions, time, changes, and checksums that can be recomputed', () => {
    using project = makeProject()
    const file = project.manifest('first-drops')
    const original = project.text(file)
    project.lockstep('up', '--to', '1.2.0')
    project.lockstep('up')
    const entries = historyOf(project, file)
    expect(entries).toMatchObject([
      { from_version: '1.0.0', to_version: '1.2.0', checksum_before: sha256Of(original) },
      { from_version: '1.2.0', to_version: '1.3.0', changes: [['Add priority_level field']] },
    ])
    for (const one of entries) {
      expect(one['applied_at']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
      expect(one['checksum_after']).toMatch(/^sha256:[0-9a-f]{64}$/)
    }
    expect(project.ask('verify')).toMatchObject({ exit: 0, verified: { good: 7, as_migrated: 6, damaged: 0 } })
  })

  test('backup: beside the manifest, its very bytes, and none is overwritten', () => {
    using project = makeProject()
    const file = project.manifest('first-drops')
    const original = project.text(file)
    project.lockstep('up', '--to', '1.2.0')
    const between = project.text(file)
    project.lockstep('up')
    expect(project.text(`${file}.backup`)).toBe(original)
    expect(project.text(`${file}.backup.2`)).toBe(between)
  })

  test('dry run: plan writes nothing at all', () => {
    using project = makeProject()
    const before = project.hashes()
    const { exit, moved } = project.ask('plan', '--to', '1.2.0')
    expect([exit, moved]).toMatchObject([0, { migrated: 5, current: 1, refused: 0, run: null }])
    expect(project.hashes()).toEqual(before)
  })

  test('determinism invariants: ids, inputs and their hashes stay as they are', () => {
    using project = makeProject()
    const before = project.hashes()
    const jobs = ['first-drops', 'instagram-copy', 'email-sequence', 'brand-audit', 'launch-plan', 'monthly-report']
    const kept = ['run_id', 'job_id', 'job_ref', 'doctrine']
    const found = (): Json[] => jobs.map((job) => pick(project.read(project.manifest(job)), kept))
    const ids = found()
    expect(project.lockstep('up').exit).toBe(0)
    expect(found()).toEqual(ids)
    const inputs = ([file]: [string, string]): boolean => file.includes('/inputs/')
    expect(Object.entries(project.hashes()).filter(inputs)).toEqual(Object.entries(before).filter(inputs))
    expect(project.ask('verify', '--inputs')).toMatchObject({ exit: 0, verified: { inputs: { findings: [] } } })
  })
})

describe('the eight guarantees', () => {
  test('run_id never changes during migration', () => {
    using project = makeProject()
    withStep(project, "{ ...manifest, run_id: 'HACKED', schema_version: '1.4.0' }")
    const before = project.hashes()
    const { exit, refusals } = project.ask('up', '--only', project.manifest('monthly-report'))
    expect([exit, codes(refusals)]).toEqual([4, ['document-protected']])
    expect(project.hashes()).toEqual(before)
  })

  test('job_id never changes during migration, and an absent one stays absent', () => {
    using project = makeProject()
    expect(project.read(project.manifest('first-drops'))).not.toHaveProperty('job_id')
    expect(project.lockstep('up').exit).toBe(0)
    expect(project.read(project.manifest('first-drops'))).not.toHaveProperty('job_id')
    withStep(project, "{ ...manifest, job_id: 'X', schema_version: '1.4.0' }")
    const { exit, refusals } = project.ask('up', '--only', project.manifest('monthly-report'))
    expect([exit, codes(refusals)]).toEqual([4, ['document-protected']])
  })

  test('input files and their record are never touched: hashes and chains that are there stay', () => {
    using project = makeProject()
    const hashed = project.read(project.manifest('email-sequence'))
    const chained = project.read(project.manifest('launch-plan'))
    expect(project.lockstep('up').exit).toBe(0)
    const kept = ['input_snapshots', 'inputs_hash', 'chain_metadata']
    expect(project.read(project.manifest('email-sequence'))).toMatchObject(pick(hashed, kept))
    expect(project.read(project.manifest('launch-plan'))).toMatchObject(pick(chained, kept))
  })

  test('input files that were changed are found', () => {
    using project = makeProject()
    const folder = join(project.folder, project.manifest('email-sequence'), '..')
    writeFileSync(join(folder, 'inputs/list.csv'), 'name,city\nEve,Nowhere\n')
    const { exit, verified } = project.ask('verify', '--inputs')
    expect(exit).toBe(3)
    expect(verified).toMatchObject({ inputs: { findings: [{ at: '/input_snapshots/list.csv' }] } })
  })

  test('backups bring every byte back', () => {
    using project = makeProject()
    const before = project.hashes()
    const { moved } = project.ask('up')
    expect(project.lockstep('restore', '--run', (moved as { run: string }).run).exit).toBe(0)
    expect(manifestsIn(project.hashes())).toEqual(manifestsIn(before))
  })

  test('up and down give the same bytes', () => {
    using project = makeProject()
    const before = project.hashes()
    const old = ['first-drops', 'instagram-copy', 'email-sequence'].flatMap((job) => ['--only', project.manifest(job)])
    expect(project.lockstep('up', ...old).exit).toBe(0)
    expect(project.lockstep('down', '--to', '1.0.0', ...old).exit).toBe(0)
    expect(manifestsIn(project.hashes())).toEqual(manifestsIn(before))
  })

  test('a failure is told as one, names its file, and does not stop the others', () => {
    using project = makeProject()
    project.add('broken', '{ "schema_version": "1.0.0", ')
    project.add('no-version', { run_id: 'r1' })
    project.add('wrong', { schema_version: '1.1.0', run_id: 'r1', input_snapshots: {} })
    const { exit, stdout } = project.lockstep('up')
    expect(exit).toBe(7)
    expect(stdout).toMatch(/^ {2}migrated +6$/m)
    expect(stdout).toMatch(/^ {2}refused +3$/m)
    expect(stdout).toContain('refused[document-syntax]: artifacts/broken/r1/manifest.json:1:')
    expect(stdout).toContain('refused[document-version-missing]: artifacts/no-version/r1/manifest.json')
    expect(stdout).toContain("the document must have required property 'inputs_hash'")
  })

  test('Dry run works correctly: what it says is what happens', () => {
    using project = makeProject()
    const told = project.ask('plan')['moved'] as Json
    const done = project.ask('up')['moved'] as Json
    const counts = ['seen', 'migrated', 'current', 'left_alone', 'refused', 'ways', 'bytes']
    expect(pick(done, counts)).toEqual(pick(told, counts))
  })
})

describe('what people ask of it', () => {
  test('status: count and percentage of each version, then each count on a line of its own', () => {
    using project = makeProject()
    const { exit, stdout } = project.lockstep('status')
    expect(exit).toBe(3)
    expect(stdout).toBe(
      [
        'manifests: behind (documents, artifacts/**/manifest.json)',
        '  7 documents',
        '',
        '  version  documents',
        '  1.0.0            3  42.9%',
        '  1.1.0            3  42.9%',
        '  1.2.0            1  14.3%',
        '',
        '  latest version      1.3.0',
        '  need migration          7',
        '  newer than latest       0',
        '  unreadable              0',
        '  invalid                 0',
        '  left alone for now      1',
        '',
      ].join('\n'),
    )
  })

  test('status: newer, unreadable and invalid are told apart, and 1.10 comes after 1.9', () => {
    using project = makeProject()
    project.add('later', { schema_version: '1.10.0', run_id: 'r1' })
    project.add('late', { schema_version: '1.9.0', run_id: 'r1' })
    project.add('list', '[]')
    project.add('torn', '{')
    project.add('faulty', { schema_version: '1.3.0', run_id: 'r1' })
    const found = project.ask('status')
    expect(found).toMatchObject({ exit: 4, newer: 2, unreadable: 1, without_version: 1, invalid: 1 })
    expect(Object.keys(found['versions'] as Json)).toEqual(['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.9.0', '1.10.0'])
  })

  test.each([
    ['1.4.0', 0],
    ['2.0.0', 8],
  ])('a document of %s is newer than all that is known here: exit %i, and it is never touched', (version, exit) => {
    using project = makeProject()
    project.lockstep('up')
    rmSync(join(project.folder, 'artifacts/live-campaign'), { recursive: true })
    const file = project.add('newer', { schema_version: version, run_id: 'r1' })
    const before = project.text(file)
    expect(project.lockstep('status').exit).toBe(exit)
    expect(project.lockstep('up').exit).toBe(exit)
    expect(project.text(file)).toBe(before)
  })

  test('a staged rollout: --limit, then the rest', () => {
    using project = makeProject()
    expect(project.ask('up', '--limit', '2')['moved']).toMatchObject({ migrated: 2, stopped_by: 'limit' })
    expect(project.ask('up')['moved']).toMatchObject({ migrated: 4, stopped_by: null })
  })

  test.each(['../outside/manifest.json', '/etc/hostname', 'artifacts/link/r1/manifest.json'])(
    '--only %s is refused: it is no document of this corpus',
    (named) => {
      using project = makeProject()
      symlinkSync(project.folder, join(project.folder, 'artifacts/link'))
      const { exit, stderr } = project.lockstep('up', '--only', named)
      expect([exit, stderr.includes('document-outside')]).toEqual([2, true])
    },
  )

  test('the last run and a single document are taken back, and a restore too', () => {
    using project = makeProject()
    const file = project.manifest('first-drops')
    const original = project.text(file)
    project.lockstep('up')
    const migrated = project.text(file)
    const { restored } = project.ask('restore', '--only', file)
    expect(restored).toMatchObject({ restored: 1, refused: 0 })
    expect(project.text(file)).toBe(original)
    project.lockstep('restore', '--run', (restored as { run: string }).run)
    expect(project.text(file)).toBe(migrated)
  })

  test('a document that was changed since is left, unless its replacement is asked for', () => {
    using project = makeProject()
    const file = project.manifest('first-drops')
    const original = project.text(file)
    project.lockstep('up')
    writeFileSync(join(project.folder, file), project.text(file).replace('"success"', '"failed"'))
    expect(project.ask('restore', '--only', file)).toMatchObject({ exit: 4, restored: { restored: 0, refused: 1 } })
    expect(project.ask('restore', '--only', file, '--changed-since', 'replace')).toMatchObject({ exit: 0 })
    expect(project.text(file)).toBe(original)
  })

  test('history lists the runs, newest first', () => {
    using project = makeProject()
    project.lockstep('up', '--to', '1.2.0')
    project.lockstep('down', '--to', '1.1.0')
    expect(project.ask('history')['runs']).toMatchObject([
      { command: 'down', replaced: 6, unfinished: false },
      { command: 'up', replaced: 5, unfinished: false },
    ])
  })

  test('rehearse finds every transform exact', () => {
    using project = makeProject()
    const { exit, transforms } = project.ask('rehearse')
    expect(exit).toBe(0)
    expect((transforms as Json[]).map((one) => [one['step'], one['verdict']])).toEqual([
      ['1.0.0-1.1.0', 'exact'],
      ['1.0.0-1.2.0', 'exact'],
      ['1.1.0-1.2.0', 'exact'],
      ['1.2.0-1.3.0', 'exact'],
    ])
  })

  test('a transform under another name than its step is refused', () => {
    using project = makeProject()
    writeFileSync(
      join(project.folder, 'migrations/manifests/1.3.0-1.5.0.ts'),
      stepText("{ ...manifest, schema_version: '1.4.0' }"),
    )
    const { exit, stderr } = project.lockstep('status')
    expect([exit, stderr.includes('its name is 1.3.0-1.4.0.ts')]).toEqual([2, true])
  })

  test.each([
    [['--list-versions'], 'lockstep status', 3],
    [['--dry-run'], 'lockstep plan', 0],
    [['--target-version', '1.2.0'], 'lockstep up --to 1.2.0', 0],
    [['--dry-run', '--target-version', '1.2.0'], 'lockstep plan --to 1.2.0', 0],
  ])('migrate_schemas %j is %s', (flags, command, exit) => {
    using project = makeProject()
    const ran = project.migrateSchemas('.', ...flags)
    expect([ran.exit, ran.stderr.split('\n')[0]]).toEqual([exit, `$ ${command}`])
    expect(ran.stdout).toContain('manifests: ')
  })

  test('migrate_schemas --manifest takes one', () => {
    using project = makeProject()
    const file = project.manifest('first-drops')
    expect(project.migrateSchemas('.', '--manifest', file).exit).toBe(0)
    expect(project.read(file)['schema_version']).toBe('1.3.0')
    expect(project.read(project.manifest('instagram-copy'))['schema_version']).toBe('1.0.0')
  })
})

function historyOf(project: Project, file: string): Json[] {
  return project.read(file)['migration_history'] as Json[]
}

function pick(from: Json, keys: readonly string[]): Json {
  return Object.fromEntries(keys.filter((key) => key in from).map((key) => [key, from[key]]))
}

function codes(refusals: unknown): unknown[] {
  return (refusals as Json[]).map((one) => one['code'])
}

function manifestsIn(hashes: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(Object.entries(hashes).filter(([file]) => file.endsWith('/manifest.json')))
}

/** Adds a step after the last one, without a contract of its own. */
function withStep(project: Project, result: string): void {
  writeFileSync(join(project.folder, 'migrations/manifests/1.3.0-1.4.0.ts'), stepText(result))
}

function stepText(result: string): string {
  return [
    "import { defineTransform } from 'lockstep'",
    "export default defineTransform({ from: '1.3.0', to: '1.4.0', changes: ['x'],",
    `  up: (manifest) => (${result}) })`,
    '',
  ].join('\n')
}
