/** The example `felix`, as a user would run it: five databases, eighteen migrations, every way there and back. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareShapes, type Shape } from '../../src/core/shape.ts'
import { copyExample, databases, removeProject, type Database, type Project } from './felix-project.ts'
import { seeds, steps, type Step } from './felix-seed.ts'

interface State {
  readonly shape: Shape
  readonly counts: Readonly<Record<string, number>>
}

function stateOf(project: Project, database: Database): State {
  return { shape: project.shape(database), counts: project.counts(database) }
}

function newProject(which: 'empty' | 'whole'): Project {
  const project = copyExample(which)
  projects.push(project)
  return project
}

const projects: Project[] = []
afterAll(() => projects.forEach(removeProject))

/** Applies one migration after the other, as they were written over the years, and lets the application work in between. */
function growUp(project: Project): ReadonlyMap<Step, State> {
  const before = new Map<Step, State>()
  for (const step of steps) {
    const [database, version] = step
    before.set(step, stateOf(project, database))
    project.add(database, [version])
    expect(project.ask('up', ...project.stores())).toMatchObject({ exit: 0 })
    project.write(database, seeds[version] ?? '')
  }
  return before
}

/** Whether a full-text index holds what its table holds; only the check of rank 1 tells. */
function isSound(project: Project, database: Database, index: string): boolean {
  try {
    project.write(database, `INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`)
    return true
  } catch (error) {
    expect(String(error)).toContain('malformed')
    return false
  }
}

function pick(counts: State['counts'], names: readonly string[]): State['counts'] {
  return Object.fromEntries(Object.entries(counts).filter(([name]) => names.includes(name)))
}

/** Tables that a migration makes of others: they come back full. What only they held is gone with their down. */
const derived: Readonly<Record<string, readonly string[]>> = {
  task002: ['task_pattern_matches'],
  task003: ['task_execution_agents'],
  task004: ['task_fts'],
  workflow002: ['workflow_fts'],
  brain001: ['knowledge_fts'],
}

describe('a history that grew over the years', () => {
  let project: Project
  let before: ReadonlyMap<Step, State>
  beforeAll(() => {
    project = newProject('empty')
    before = growUp(project)
  })

  test('is current in all five databases', () => {
    const { exit, answer } = project.ask('status')
    expect(exit).toBe(0)
    expect(answer.stores.map(({ store, verdict }) => [store, verdict])).toEqual(
      databases.map((one) => [one, 'current']),
    )
  })

  test('answers SELECT * FROM schema_version with version, applied_at and description', () => {
    const rows = project.rows('felix_memory', 'SELECT * FROM schema_version ORDER BY version')
    expect(rows.map(({ version, description }) => [version, description])).toEqual([
      ['task001', 'initial task memory'],
      ['task002', 'task pattern tracking'],
      ['task003', 'outcome metrics'],
      ['task004', 'task categorization'],
    ])
    for (const { applied_at: at } of rows) expect(Date.parse(String(at))).toBeGreaterThan(0)
  })

  test('has split its lists, in their order and with what stands in them twice', () => {
    expect(project.rows('felix_memory', 'SELECT * FROM task_pattern_matches ORDER BY 1, 2')).toEqual([
      { execution_id: 'e1', position: 0, pattern_id: 'p2' },
      { execution_id: 'e1', position: 1, pattern_id: 'p1' },
      { execution_id: 'e1', position: 2, pattern_id: 'p2' },
      { execution_id: 'e3', position: 0, pattern_id: 'p1' },
    ])
    expect(
      project.rows('felix_memory', 'SELECT agent FROM task_execution_agents ORDER BY execution_id, position'),
    ).toEqual([{ agent: 'scout' }, { agent: 'critic' }, { agent: 'builder' }])
  })

  test('has rebuilt its learning tables with children, trigger, view and counter', () => {
    const thresholds = 'SELECT threshold_value, typeof(threshold_value) AS of, sample_size FROM threshold_records'
    expect(project.rows('felix_task_memory', thresholds)).toEqual([
      { threshold_value: 0.7, of: 'real', sample_size: 12 },
      { threshold_value: 0.85, of: 'real', sample_size: 0 },
    ])
    expect(project.counts('felix_task_memory')).toMatchObject({ threshold_records: 2, recommendations: 3 })
    expect(
      project.rows('felix_task_memory', "SELECT seq FROM sqlite_sequence WHERE name = 'threshold_records'"),
    ).toEqual([{ seq: 3 }])
    project.write('felix_task_memory', 'UPDATE threshold_records SET threshold_value = 0.8 WHERE record_id = 2')
    expect(project.rows('felix_task_memory', 'SELECT threshold_value FROM current_thresholds')).toHaveLength(2)
  })

  const searches: readonly (readonly [Database, index: string, change: string, word: string, found: number])[] = [
    [
      'felix_memory',
      'task_fts',
      "UPDATE task_executions SET task_description = 'Survey tunnels' WHERE execution_id = 'e1'",
      'tunnel',
      1,
    ],
    [
      'felix_memory',
      'task_fts',
      "INSERT INTO task_executions (execution_id, task_description, task_type, complexity, outcome, duration, created_at) VALUES ('e4', 'Dig tunnels', 'x', 'y', 'z', 1, 4)",
      'tunnels',
      2,
    ],
    ['felix_memory', 'task_fts', "DELETE FROM task_executions WHERE execution_id = 'e4'", 'tunnel', 1],
    [
      'felix_workflow_history',
      'workflow_fts',
      "UPDATE workflow_outputs SET final_synthesis = 'diverged', status = 'completed' WHERE workflow_id = 2",
      'diverged',
      1,
    ],
    [
      'felix_command_history',
      'command_fts',
      "UPDATE command_history SET trust_level = 'safe'; UPDATE command_history SET output = 'total 9' WHERE command_id = 1",
      'total',
      1,
    ],
    [
      'felix_knowledge',
      'knowledge_fts',
      `UPDATE knowledge_entries SET content_json = '{"text":"ferries"}' WHERE knowledge_id = 'k2'`,
      'bridges',
      0,
    ],
  ]
  test.each(searches)('%s: %s follows: %s', (database, index, change, word, found) => {
    project.write(database, change)
    expect(project.rows(database, `SELECT rowid FROM ${index} ('${word}')`)).toHaveLength(found)
    expect(isSound(project, database, index)).toBe(true)
  })

  test('deletes relationships with their entries since the rebuild', () => {
    project.write(
      'felix_knowledge',
      `INSERT INTO knowledge_entries (knowledge_id, knowledge_type, content_json, confidence_level, source_agent, domain, created_at)
       VALUES ('k9', 'fact', '{}', 'low', 'scout', 'x', 9);
       INSERT INTO knowledge_relationships (source_id, target_id, relationship_type) VALUES ('k9', 'k2', 'doubts');
       DELETE FROM knowledge_entries WHERE knowledge_id = 'k9'`,
    )
    expect(project.counts('felix_knowledge')).toMatchObject({ knowledge_relationships: 1 })
  })

  test('goes back to each version and forward again, with the same shapes and the same rows', () => {
    for (const step of steps.toReversed()) {
      const [database, version] = step
      const full = stateOf(project, database)
      const expectStep = (what: string, found: unknown, wanted: unknown): void =>
        expect([version, what, found]).toEqual([version, what, wanted])

      expectStep('down', project.ask('down', '--store', database).exit, 0)
      const back = stateOf(project, database)
      expectStep('shape before', compareShapes(before.get(step)?.shape ?? full.shape, back.shape), [])
      expectStep('rows that stay', back.counts, pick(full.counts, Object.keys(back.counts)))

      expectStep('up', project.ask('up', ...project.stores()).exit, 0)
      const again = stateOf(project, database)
      const names = [...Object.keys(back.counts), ...(derived[version] ?? [])]
      expectStep('shape again', compareShapes(full.shape, again.shape), [])
      expectStep('rows again', pick(again.counts, names), pick(full.counts, names))

      expectStep('down again', project.ask('down', '--store', database).exit, 0)
      project.remove(database, version)
    }
    expect(databases.map((database) => project.counts(database))).toEqual(databases.map(() => ({})))
  })

  test('has a backup of the state before each migration and each way back, in the form that sqlite3 opens', () => {
    const names = project.backups().filter((name) => name.endsWith('.bak'))
    expect(names.every((name) => /^felix_\w+\.\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(?:-\d+)?\.bak$/.test(name))).toBe(true)
    const first = names.find((name) => /^felix_memory\.\S+_\d\d-\d\d-\d\d\.bak$/.test(name)) ?? ''
    const client = new DatabaseSync(join(project.folder, 'backups', first), { readOnly: true })
    expect(
      client
        .prepare('SELECT version FROM schema_version')
        .all()
        .map((row) => row['version']),
    ).toEqual(['task001'])
    expect(client.prepare('SELECT count(*) AS n FROM task_executions').get()).toMatchObject({ n: 3 })
    client.close()
  })
})

describe('a project that is set up anew', () => {
  test('a plan changes no byte, before the first migration and in between', () => {
    const project = newProject('whole')
    const untouched = project.hashes()
    expect(project.lockstep('plan').stdout).toContain('felix_knowledge: 6 migrations up')
    expect(project.hashes()).toEqual(untouched)

    const stores = project.stores()
    project.remove('felix_command_history', 'system002')
    expect(project.ask('up', ...stores).exit).toBe(0)
    project.write('felix_command_history', 'PRAGMA journal_mode = WAL')
    project.add('felix_command_history', ['system002'])
    const inBetween = project.hashes()
    expect(project.lockstep('plan').stdout).toContain('system002')
    expect(project.lockstep('status').exit).toBe(3)
    // Whoever reads a database in WAL mode makes the files beside it that readers share; the database itself stays.
    expect(project.hashes()).toMatchObject(inBetween)
  })

  test('versions with equal numbers in different categories do not clash, in one database', () => {
    const project = newProject('whole')
    const { exit, answer } = project.ask('up')
    expect(exit).toBe(0)
    const ran = answer.stores.find((one) => one.store === 'felix_knowledge')?.ran?.map((one) => one.version)
    expect(ran).toEqual(['knowledge001', 'knowledge002', 'validation001', 'brain001', 'fts001', 'knowledge003'])
  })

  test('every way back holds on rehearsal', () => {
    const { exit, stdout } = newProject('whole').lockstep('rehearse', '--all')
    expect(exit).toBe(0)
    expect(stdout.match(/^ {2}exact {2}/gm)).toHaveLength(steps.length)
  })

  test('a late version is found in its category, and in no other', () => {
    const project = newProject('whole')
    const write = (version: string): void => {
      const folder = join(project.folder, 'migrations/felix_memory')
      writeFileSync(join(folder, `${version}_x.sql`), `CREATE TABLE ${version} (id INTEGER PRIMARY KEY);\n`)
      writeFileSync(join(folder, `${version}_x.down.sql`), `DROP TABLE ${version};\n`)
    }
    write('my_feature002')
    expect(project.ask('up').exit).toBe(0)
    write('my_feature001')
    write('other001')
    const { exit, answer } = project.ask('up')
    expect(exit).toBe(4)
    const memory = answer.stores.find((one) => one.store === 'felix_memory')
    expect(memory?.problems.map(({ code, version }) => [code, version])).toEqual([['late-file', 'my_feature001']])
    expect(project.counts('felix_memory')).not.toHaveProperty('other001')
  })
})

describe('a migration that fails', () => {
  let project: Project
  let intact: State
  beforeAll(() => {
    project = newProject('empty')
    project.add('felix_memory', ['task001'])
    expect(project.ask('up', ...project.stores()).exit).toBe(0)
    project.write(
      'felix_memory',
      `${seeds['task001']} UPDATE task_executions SET patterns_matched_json = '["p1"' WHERE execution_id = 'e2'`,
    )
    intact = stateOf(project, 'felix_memory')
    for (const [database, version] of steps) project.add(database, [version])
  })

  test('leaves nothing behind, stops what requires it, and lets the others go on', () => {
    const { exit, answer } = project.ask('up')
    expect(exit).toBe(7)
    const stands = Object.fromEntries(answer.stores.map(({ store, verdict, version }) => [store, [verdict, version]]))
    expect(stands).toEqual({
      felix_knowledge: ['current', 'knowledge003'],
      felix_memory: ['behind', 'task001'],
      felix_task_memory: ['behind', null],
      felix_workflow_history: ['current', 'agent001'],
      felix_command_history: ['behind', 'system001'],
    })
    expect(answer.stores.find((one) => one.store === 'felix_memory')?.error).toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('malformed JSON'),
    })
    expect(stateOf(project, 'felix_memory')).toEqual(intact)
  })

  test('names the file and the row in words, in code as in SQL', () => {
    project.write(
      'felix_memory',
      `UPDATE task_executions SET patterns_matched_json = '[]', agents_used_json = '"builder"' WHERE execution_id = 'e2'`,
    )
    const { exit, stderr } = project.lockstep('up')
    expect(exit).toBe(7)
    expect(stderr).toContain('task003_outcome_metrics.ts failed: execution e2: agents_used_json is no list of names')
    expect(stderr).toContain('nothing of it is left')
    expect(project.counts('felix_memory')).not.toHaveProperty('task_execution_agents')
  })

  test('is run again when the row is mended, and everything that waited for it', () => {
    project.write(
      'felix_memory',
      `UPDATE task_executions SET agents_used_json = '["builder"]' WHERE execution_id = 'e2'`,
    )
    expect(project.ask('up').exit).toBe(0)
    expect(project.ask('status')).toMatchObject({ exit: 0 })
    expect(project.counts('felix_memory')).toMatchObject({ task_executions: 3, task_execution_agents: 3, task_fts: 3 })
  })

  test('can be undone by its backup: the database is what it was before, and goes forward again', () => {
    const backup = project.backups().find((name) => name.startsWith('felix_memory.') && name.endsWith('.bak')) ?? ''
    expect(project.lockstep('restore', backup, '--store', 'felix_memory', '--yes')).toMatchObject({ exit: 0 })
    expect(stateOf(project, 'felix_memory')).toEqual(intact)
    project.write('felix_memory', `UPDATE task_executions SET patterns_matched_json = '[]' WHERE execution_id = 'e2'`)
    expect(project.ask('up').exit).toBe(0)
  })
})

test('what was updated while the trigger was missing is found again after fts001', () => {
  const project = newProject('whole')
  const stores = ['--store', 'felix_knowledge']
  project.remove('felix_knowledge', 'fts001')
  expect(project.ask('up', ...stores).exit).toBe(0)
  project.write(
    'felix_knowledge',
    `${seeds['knowledge001']} UPDATE knowledge_entries SET content_json = '{"text":"ferries"}' WHERE knowledge_id = 'k2'`,
  )
  expect(isSound(project, 'felix_knowledge', 'knowledge_fts')).toBe(false)
  project.add('felix_knowledge', ['fts001'])
  expect(project.ask('up', ...stores).exit).toBe(0)
  expect(isSound(project, 'felix_knowledge', 'knowledge_fts')).toBe(true)
  expect(project.rows('felix_knowledge', "SELECT rowid FROM knowledge_fts ('ferries')")).toHaveLength(1)
})

test('a database that the application made is taken over, its own schema_version kept under another name', () => {
  const project = newProject('whole')
  const folder = join(project.folder, 'migrations/felix_memory')
  project.write('felix_memory', readFileSync(join(folder, 'task001_initial_task_memory.sql'), 'utf8'))
  project.write(
    'felix_memory',
    `${seeds['task001']} CREATE TABLE schema_version (version TEXT PRIMARY KEY, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, description TEXT);
     INSERT INTO schema_version (version, description) VALUES ('task001', 'Initial task memory schema')`,
  )
  expect(project.ask('up', '--store', 'felix_memory').exit).not.toBe(0)
  project.write('felix_memory', 'ALTER TABLE schema_version RENAME TO schema_version_before')
  const adopt = ['adopt', '--store', 'felix_memory', '--at', 'task001', '--accept-differences', '--why', 'it is kept']
  expect(project.lockstep(...adopt)).toMatchObject({ exit: 0 })
  expect(project.ask('up', '--store', 'felix_memory').exit).toBe(0)
  expect(project.counts('felix_memory')).toMatchObject({ schema_version_before: 1, task_executions: 3, task_fts: 3 })
})

test('the manager registers, applies and takes back beside what the folder has applied', () => {
  const project = newProject('whole')
  expect(project.ask('up').exit).toBe(0)
  const before = stateOf(project, 'felix_memory')
  expect(project.node('manager.ts')).toEqual({
    exit: 0,
    stdout: 'applied: my_feature001\ntaken back: my_feature001\n',
    stderr: '',
  })
  expect(stateOf(project, 'felix_memory')).toEqual(before)
  expect(project.ask('status').exit).toBe(0)
})

test('the page names every migration that is there', () => {
  const page = readFileSync(join(import.meta.dirname, '../../examples/felix/README.md'), 'utf8')
  expect(steps.map(([, version]) => version).filter((version) => !page.includes(`\`${version}\``))).toEqual([])
})
