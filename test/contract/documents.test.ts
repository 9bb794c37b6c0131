/** What a store of documents promises beside databases: one run, one lock, one answer. Through the real command line. */

import { mkdirSync, writeFileSync } from 'node:fs'
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

test.each(['doctor', 'adopt'])('%s says that it is not for documents yet', (command) => {
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
