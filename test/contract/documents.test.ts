/** What a store of documents promises beside databases: one run, one lock, one answer. Through the real command line. */

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { whileSideLocked } from '../../src/stores/side-lock.ts'
import { makeProject, type Json, type Project } from '../examples/manifests-project.ts'

test('a database and a corpus are moved by one run, which begins and ends once', () => {
  using project = makeProject()
  withDatabase(project, 'create table notes (id integer primary key);')
  const { exit, stdout } = project.lockstep('up', '--ndjson')
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
  const named = (type: string): Json[] => events.filter((one) => one['type'] === type)
  expect(exit).toBe(0)
  expect(named('run-started')).toMatchObject([{ stores: ['app', 'manifests'] }])
  expect(named('run-finished')).toHaveLength(1)
  expect(named('documents-progress').at(-1)).toMatchObject({ store: 'manifests', seen: 7, total: 7, migrated: 6 })
})

test('where a database fails, no document is touched', () => {
  using project = makeProject()
  withDatabase(project, 'create table;')
  const before = project.hashes()
  const { exit, stderr } = project.lockstep('up')
  expect([exit === 0, stderr.includes('not begun')]).toEqual([false, true])
  expect(project.hashes()).toEqual(before)
})

test('a corpus has one migrator at a time', async () => {
  using project = makeProject()
  const before = project.hashes()
  const holder = { host: 'here', pid: process.pid, runId: 'another', since: null }
  const lock = join(project.folder, 'artifacts/.lockstep/lock')
  const signal = new AbortController().signal
  const options = { store: 'manifests', holder, clock: systemClock, signal, waitMs: 0, onWait: () => undefined }
  const { exit, stderr } = await whileSideLocked(lock, options, () =>
    Promise.resolve(project.lockstep('up', '--lock-wait', '1s')),
  )
  expect([exit, stderr.includes(`process ${process.pid}, run another`)]).toEqual([5, true])
  expect(project.hashes()).toEqual(before)
})

test.each([
  ['up', '--only', 'artifacts/x/manifest.json'],
  ['up', '--limit', '1'],
  ['verify', '--inputs'],
])('what is about documents is refused where a database would be asked too: %s %s', (...args) => {
  using project = makeProject()
  withDatabase(project, 'create table notes (id integer primary key);')
  const { exit, stderr } = project.lockstep(...args)
  expect([exit, stderr.includes('store app is a database')]).toEqual([2, true])
})

test.each(['shape'])('%s says that it is not for documents', (command) => {
  using project = makeProject()
  const { exit, stderr } = project.lockstep(...command.split(' '))
  expect([exit, stderr.includes('kind-unsupported')]).toEqual([2, true])
})

test('a protected corpus goes back only for who types its identity', () => {
  using project = makeProject()
  withPolicy(project, "{ protected: true, identity: 'production' }")
  expect(project.lockstep('up').exit).toBe(0)
  expect(project.ask('down', '--to', '1.0.0')).toMatchObject({ exit: 4, error: { code: 'confirmation-needed' } })
  expect(project.ask('down', '--to', '1.2.0', '--confirm', 'production')).toMatchObject({ exit: 0 })
})

test.each([
  ["{ direction: 'forward-only' }", ['down'], 'forward-only'],
  ["{ run: 'operator' }", ['up', '--operator', 'Ada'], 'operator-needed'],
])('the policy %s holds for documents too', (policy, args, code) => {
  using project = makeProject()
  withPolicy(project, policy)
  const before = project.hashes()
  expect(project.ask(...args)).toMatchObject({ exit: 4, error: { code } })
  expect(project.hashes()).toEqual(before)
})

test('a saved plan of documents is carried out, and none that is about other bytes', () => {
  using project = makeProject()
  withPolicy(project, "{ run: 'operator' }")
  expect(project.ask('up')).toMatchObject({ exit: 4, error: { code: 'operator-needed' } })
  expect(project.lockstep('plan', '--out', 'plan.json').exit).toBe(0)
  expect(project.ask('up', '--plan', 'plan.json')).toMatchObject({ error: { code: 'operator-needed' } })
  const before = project.hashes()
  const file = join(project.folder, project.manifest('first-drops'))
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, `${text}\n`)
  expect(project.ask('up', '--plan', 'plan.json', '--operator', 'Ada')).toMatchObject({ error: { code: 'plan-stale' } })
  writeFileSync(file, text)
  expect(project.hashes()).toEqual(before)
  expect(project.lockstep('up', '--plan', 'plan.json', '--operator', 'Ada').exit).toBe(0)
  // One is still being written, and left alone.
  expect(project.ask('status')).toMatchObject({ needs_migration: 1, left_alone: 1 })
})

test('a saved plan is about the documents that it names, and what becomes current is nobody’s news', () => {
  using project = makeProject()
  const one = project.manifest('first-drops')
  project.lockstep('plan', '--only', one, '--out', 'plan.json')
  expect(JSON.parse(project.text('plan.json'))).toMatchObject({
    plans: [{ kind: 'documents', documents: { count: 1 } }],
  })
  project.lockstep('up', '--limit', '1', '--only', project.manifest('email-sequence'))
  expect(project.lockstep('up', '--plan', 'plan.json').exit).toBe(0)
  expect(project.ask('status')).toMatchObject({ needs_migration: 5 })
  expect(project.ask('up', '--plan', 'plan.json')).toMatchObject({ exit: 0 })
})

test('doctor looks at a corpus without reading what is in it', () => {
  using project = makeProject()
  const findings = (): string[] =>
    (project.ask('doctor')['findings'] as { grade: string; what: string }[]).map((one) => `${one.grade}: ${one.what}`)
  const healthy = findings()
  expect(healthy.filter((one) => one.startsWith('bad'))).toEqual([])
  expect(healthy).toContainEqual(expect.stringMatching(/^good: \d+ transforms, latest version 1\.3\.0/))
  expect(healthy).toContainEqual(expect.stringMatching(/^good: \d+ contracts, one for each version/))
  project.lockstep('up')
  const run = readdirSync(join(project.folder, 'artifacts/.lockstep/runs'))[0] ?? ''
  rmSync(join(project.folder, 'artifacts/.lockstep/runs', run, 'ended.json'))
  const leftover = join(project.folder, 'artifacts/first-drops', `.manifest.json.${run}.lockstep-tmp`)
  writeFileSync(leftover, 'half a text')
  symlinkSync('first-drops', join(project.folder, 'artifacts/linked'))
  const after = findings()
  expect(after).toContain(`attention: run ${run} did not come to its end`)
  expect(after).toContain('attention: 1 new texts of a killed run')
  expect(after).toContain('attention: 1 symbolic links, which are not followed')
  writeFileSync(join(project.folder, 'migrations/manifests/1.2.0-1.3.0.ts'), 'export default 7')
  expect(project.lockstep('doctor').exit).toBe(3)
  rmSync(join(project.folder, 'artifacts'), { recursive: true })
  expect(findings().join()).toContain(
    'bad: "artifacts/**/manifest.json" is no usable corpus: there is no folder artifacts',
  )
})

test('what a killed run has left is finished without a migration, and only once', () => {
  using project = makeProject()
  project.lockstep('up')
  const run = readdirSync(join(project.folder, 'artifacts/.lockstep/runs'))[0] ?? ''
  rmSync(join(project.folder, 'artifacts/.lockstep/runs', run, 'ended.json'))
  const leftover = join(project.folder, 'artifacts/first-drops', `.manifest.json.${run}.lockstep-tmp`)
  writeFileSync(leftover, 'half a text')
  project.add('late', { schema_version: '1.0.0', run_id: 'late' })
  const before = project.hashes()
  expect(project.ask('repair', 'finish')).toMatchObject({ exit: 0, mended: { runs: [run], leftovers: 1 } })
  expect([existsSync(leftover), project.hashes()]).toEqual([false, before])
  expect(project.ask('repair', 'finish')).toMatchObject({ exit: 0, mended: { runs: [], leftovers: 0 } })
  expect(project.ask('repair', 'accept', '1.1.0', '--why', 'x')).toMatchObject({ error: { code: 'nothing-to-repair' } })
})

test('a restore that finishes what a killed run has left tells of it', () => {
  using project = makeProject()
  project.lockstep('up')
  const run = readdirSync(join(project.folder, 'artifacts/.lockstep/runs'))[0] ?? ''
  rmSync(join(project.folder, 'artifacts/.lockstep/runs', run, 'ended.json'))
  expect(project.lockstep('restore', '--run', run).stdout).toContain(`the dead run ${run} was ended`)
})

test('backups of an older tool are taken over, put back, and never those of another document', () => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  const original = project.text(file)
  writeFileSync(join(project.folder, `${file}.backup`), original)
  const migrated = { ...project.read(file), schema_version: '1.1.0', input_snapshots: {}, inputs_hash: null }
  writeFileSync(join(project.folder, file), JSON.stringify(migrated))
  const other = project.manifest('email-sequence')
  const stranger = { ...project.read(other), run_id: 'another', schema_version: '1.0.0' }
  writeFileSync(join(project.folder, `${other}.backup`), JSON.stringify(stranger))
  const answer = project.ask('adopt')
  expect(answer).toMatchObject({ exit: 3, adopted: [], adopted_backups: { backups: 1, refused: 1 } })
  const { run } = answer['adopted_backups'] as { run: string }
  expect(project.ask('adopt')).toMatchObject({ adopted_backups: { run: null, backups: 0, known: 1 } })
  expect(project.ask('verify')).toMatchObject({ verified: { damaged: 0, backups: 1 } })
  expect(project.lockstep('restore', '--run', run).exit).toBe(0)
  expect(project.text(file)).toBe(original)
})

function withDatabase(project: Project, script: string): void {
  const folder = join(project.folder, 'migrations/app')
  mkdirSync(folder)
  writeFileSync(join(folder, '0001_create_notes.sql'), `${script}\n`)
  edit(project, 'stores: {', "stores: {\n    app: { kind: 'sqlite', path: 'app.db' },")
}

function withPolicy(project: Project, policy: string): void {
  edit(project, "kind: 'documents',", `kind: 'documents',\n      policy: ${policy},`)
}

function edit(project: Project, from: string, to: string): void {
  writeFileSync(
    join(project.folder, 'lockstep.config.ts'),
    project.text('lockstep.config.ts').replace(from, () => to),
  )
}
