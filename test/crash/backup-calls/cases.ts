/**
 * Killed right before each change that `backup create`, `restore` and `down` with its backup make outside of the process
 * (kill-at.ts): what has the name of a backup is good, what is told has happened, and the next command goes through.
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { listBackups, type FoundBackup } from '../../../src/backup/folder.ts'
import { readableBackup, readThrough } from '../../../src/backup/read-back.ts'
import { lockstep, type Ended } from '../cli/process.ts'
import { applied, type Kind, type World } from '../cli/worlds.ts'

const preload = pathToFileURL(join(import.meta.dirname, 'kill-at.ts')).href
const rows = 50
const migrations = {
  '0001_one.sql': `create table one (id integer primary key);\ninsert into one ${counted(rows)};\n`,
  '0001_one.down.sql': 'drop table one;\n',
  '0002_two.sql': 'create table two (id integer primary key);\n',
  '0002_two.down.sql': 'drop table two;\n',
}

function counted(most: number): string {
  return `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${most}) select i from n`
}

interface Project extends World {
  readonly kind: Kind
  /** Runs it, and kills it right before the change of this number. */
  killed(killAt: number, ...words: readonly string[]): Promise<Ended>
  /** Runs it to its end, which must be a good one, and soon. */
  done(...words: readonly string[]): Promise<Ended>
  /** The changes that a whole run makes. */
  changes(...words: readonly string[]): Promise<readonly string[]>
}

async function projectOf(kind: Kind): Promise<Project> {
  const world = await kind.open(migrations)
  const { folder, env } = world
  const store = { ...kind.settings, migrations: 'migrations', policy: { backup: 'run' } }
  writeFileSync(join(folder, 'lockstep.config.json'), JSON.stringify({ stores: { app: store } }))
  const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    lockstep(words, { cwd: folder, env: { ...env, ...more } })
  const done: Project['done'] = async (...words) => {
    // A question waits for no lock.
    const ended = await run(words[0] === 'verify' ? words : [...words, '--lock-wait', '8s'])
    expect({ words, code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({
      words,
      code: 0,
      stderr: '',
    })
    return ended
  }
  const watched = { NODE_OPTIONS: `--import ${preload}`, ...(kind.name === 'pglite' ? { LOCKSTEP_PGLITE: '1' } : {}) }
  const project: Project = {
    ...world,
    kind,
    done,
    killed: (killAt, ...words) => run(words, { ...watched, LOCKSTEP_KILL_AT: String(killAt) }),
    changes: async (...words) => {
      const told = join(folder, 'changes.txt')
      const { code, stderr } = await run(words, { ...watched, LOCKSTEP_TOLD_IN: told })
      expect({ words, code, stderr: code === 0 ? '' : stderr }).toEqual({ words, code: 0, stderr: '' })
      const changes = readFileSync(told, 'utf8').trimEnd().split('\n')
      rmSync(told)
      return changes
    },
  }
  await done('up')
  return project
}

/**
 * A PGlite takes seconds to open, so it is left out there what is done by the same code for every kind: the locks, and the
 * manifest on its way to its name.
 */
const sameForAll = /BEGIN EXCLUSIVE|\.json\.partial$|^(?:mkdir|writeFile) /
const mostMs = 900_000

/** Every change there is; a loop that met none would prove nothing. */
async function killEverywhere(
  project: Project,
  words: readonly string[],
  each: (where: string) => Promise<void>,
): Promise<void> {
  const changes = await project.changes(...words)
  expect(changes.length).toBeGreaterThan(4)
  await each('not killed')
  let killed = 0
  for (const [index, change] of changes.entries()) {
    if (project.kind.name === 'pglite' && sameForAll.test(change)) continue
    const { signal } = await project.killed(index, ...words)
    if (signal === 'SIGKILL') killed++
    await each(`before ${index}: ${change}`)
  }
  expect(killed).toBeGreaterThan(3)
}

function folderOf({ folder }: World): string {
  return join(folder, '.lockstep/backups')
}

/** Everything that has the name of a backup, read to its end. */
async function expectGood(project: Project, where: string): Promise<readonly FoundBackup[]> {
  const found = await listBackups(folderOf(project), 'app')
  for (const one of found) {
    expect({ where, file: one.file, fault: one.fault }).toEqual({ where, file: one.file, fault: null })
    await readThrough(readableBackup(one, { name: 'app', kind: project.kind.name }), () => undefined)
  }
  // What the log names was there when it was written, and nothing has taken it away since.
  const files = found.map(({ file }) => file)
  const told = await project.ask(`select detail from lockstep_log where event = 'backed-up'`)
  for (const detail of told)
    expect({ where, files, told: detail }).toMatchObject({
      files: expect.arrayContaining([detail.split(' ')[0]]) as string[],
    })
  return found
}

/** Nothing beside the store but its lock, and nothing half made among the backups. */
async function expectTidy(project: Project, where: string): Promise<void> {
  const beside = readdirSync(project.folder).filter((name) => /lockstep-(?:restore|before|unsaved|scratch)/.test(name))
  const partial = existsSync(folderOf(project))
    ? readdirSync(folderOf(project)).filter((name) => name.includes('.partial'))
    : []
  const databases =
    project.kind.name === 'postgres'
      ? await project.ask(`select datname from pg_database where datname like current_database() || '\\_lockstep\\_%'`)
      : []
  expect({ where, beside, partial, databases }).toEqual({ where, beside: [], partial: [], databases: [] })
}

const countOne = 'select count(*) from one'

/** The same for every kind; each in a file of its own, so that they take their minutes side by side. */
export function killedAtEachChange(kind: Kind): void {
  test(
    'backup create: no half of one has a name, and the next one sweeps up',
    async () => {
      const project = await projectOf(kind)
      await project.done('backup', 'create')
      await killEverywhere(project, ['backup', 'create'], async (where) => {
        await expectGood(project, where)
        await project.done('backup', 'create')
        expect({ where, one: await project.ask(countOne) }).toEqual({ where, one: [String(rows)] })
        await expectTidy(project, where)
        await expectGood(project, where)
        await project.done('verify')
      })
    },
    mostMs,
  )

  test(
    'restore: the old state or the new one, the old one saved before it goes, and the next one goes through',
    async () => {
      const project = await projectOf(kind)
      const made = await project.done('backup', 'create', '--json')
      const { stores } = JSON.parse(made.stdout) as { stores: { backups: { file: string }[] }[] }
      const file = stores[0]?.backups[0]?.file ?? ''
      const change = async (): Promise<void> => void (await project.ask('delete from one where id > 7 returning id'))
      await change()
      await killEverywhere(project, ['restore', file, '--yes'], async (where) => {
        // A PGlite between its two names comes back with the next command, whatever that is.
        await project.done('verify')
        const [one] = await project.ask(countOne)
        expect({ where, one }).toMatchObject({ one: expect.toBeOneOf(['7', String(rows)]) as string })
        const found = await expectGood(project, where)
        if (one === String(rows))
          expect({
            where,
            saved: found.filter(({ manifest }) => manifest?.reason === 'before-restore'),
          }).not.toMatchObject({ saved: [] })
        await project.done('restore', file, '--yes')
        expect({ where, one: await project.ask(countOne) }).toEqual({ where, one: [String(rows)] })
        const [last] = await project.ask('select event from lockstep_log order by id desc limit 1')
        expect({ where, last }).toEqual({ where, last: 'restored' })
        await expectTidy(project, where)
        await change()
      })
    },
    mostMs,
  )

  test(
    'down: what is recorded is there, its backup comes first, and the next one finishes the way back',
    async () => {
      const project = await projectOf(kind)
      await killEverywhere(project, ['down', '--all', '--yes'], async (where) => {
        const recorded = await project.ask(applied)
        expect({ where, tables: await project.ask(kind.tables) }).toEqual({
          where,
          tables: recorded.map((version) => (version === '0001' ? 'one' : 'two')),
        })
        const found = await expectGood(project, where)
        if (recorded.length < 2)
          expect({
            where,
            saved: found.filter(({ manifest }) => manifest?.reason === 'before-down'),
          }).not.toMatchObject({
            saved: [],
          })
        await project.done('down', '--all', '--yes')
        expect({ where, recorded: await project.ask(applied), tables: await project.ask(kind.tables) }).toEqual({
          where,
          recorded: [],
          tables: [],
        })
        await project.done('verify')
        await project.done('up')
        await expectTidy(project, where)
      })
    },
    mostMs,
  )
}
