/** What people ask of the example `manifests`, verb by verb, through the real command line. */

import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Json, makeProject, manifestsIn, stepText } from './manifests-project.ts'

test('input files that were changed are found', () => {
  using project = makeProject()
  const folder = join(project.folder, project.manifest('email-sequence'), '..')
  writeFileSync(join(folder, 'inputs/list.csv'), 'name,city\nEve,Nowhere\n')
  const { exit, verified } = project.ask('verify', '--inputs')
  expect(exit).toBe(3)
  expect(verified).toMatchObject({ inputs: { findings: [{ at: '/input_snapshots/list.csv' }] } })
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
  const ran = project.script('migrate_schemas', '.', ...flags)
  expect([ran.exit, ran.stderr.split('\n')[0]]).toEqual([exit, `$ ${command}`])
  expect(ran.stdout).toContain('manifests: ')
})

test('migrate_schemas --manifest takes one', () => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  expect(project.script('migrate_schemas', '.', '--manifest', file).exit).toBe(0)
  expect(project.read(file)['schema_version']).toBe('1.3.0')
  expect(project.read(project.manifest('instagram-copy'))['schema_version']).toBe('1.0.0')
})
