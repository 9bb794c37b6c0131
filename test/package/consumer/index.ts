/** A project that uses Lockstep as a library; compiled against the packed package, never run. */

import {
  defineConfig,
  defineMigration,
  isLockstepError,
  add,
  defineTransform,
  lockstep,
  openCorpus,
  openManager,
  type Answer,
  type BackupReport,
  type OpenedCorpus,
  type ReadDocument,
  type RehearseReport,
  type RestoreReport,
  type RunEvent,
  type RunReport,
} from 'lockstep'
import { fts5, rebuildTable } from 'lockstep/sqlite'

export const configuration = defineConfig({
  stores: {
    app: { kind: 'postgres', url: 'env:DATABASE_URL', migrations: 'migrations/app' },
    auth: { kind: 'sqlite', path: 'data/auth.db', policy: { late: 'run' } },
  },
})

// @ts-expect-error a misspelt kind is found by the compiler
export const misspelt = defineConfig({ stores: { app: { kind: 'postgress', url: 'env:DATABASE_URL' } } })

export const migration = defineMigration({
  description: 'count the users',
  async up({ query, exec, signal, log }) {
    const rows = await query<{ count: number }>('select count(*) as count from users')
    if (!signal.aborted) await exec('create table counted (count integer)')
    log(`${rows[0]?.count ?? 0} users`)
  },
})

export async function migrate(signal: AbortSignal): Promise<readonly string[]> {
  const events: RunEvent[] = []
  const app = await lockstep({ config: configuration, signal, onEvent: (event) => events.push(event) })
  try {
    const answer: Answer<RunReport> = await app.up()
    return answer.stores.flatMap((store) => store.ran.map((ran) => ran.version))
  } finally {
    await app.close()
  }
}

export async function migrateFromCode(): Promise<string | null> {
  const manager = await openManager({ database: 'app.db' })
  try {
    await manager.applyPending()
    return (await manager.status()).version
  } catch (error) {
    if (isLockstepError(error) && error.code === 'lock-held') return null
    throw error
  } finally {
    await manager.close()
  }
}

export async function backUpAndRestore(cwd: string): Promise<string | null> {
  await using app = await lockstep({ config: configuration, cwd, stores: ['auth'] })
  const made: Answer<BackupReport> = await app.backup.create()
  const [backup] = made.stores[0]?.backups ?? []
  if (backup === undefined || !(await app.backup.verify({ restore: true })).ok) return null
  const { lost } = await app.backup.preview('auth', backup.file)
  // @ts-expect-error a backup of a database and a run over documents are two things
  void app.restore('auth', { backup: backup.file, run: 'r1' })
  const restored: Answer<RestoreReport> = await app.restore('auth', { backup: backup.file, others: 'refuse' })
  await app.restore('manifests', { run: 'r1', changedSince: 'leave' })
  const rehearsed: Answer<RehearseReport> = await app.rehearse({ choice: { kind: 'all' } })
  const { statements } = (await app.shape()).stores[0] ?? { statements: [] }
  return `${lost.rows.length} ${restored.ok} ${rehearsed.ok} ${statements.length}`
}

export async function managedBackups(): Promise<number> {
  const manager = await openManager({
    database: 'app.db',
    backups: { path: 'backups' },
    policy: { backup: 'migration' },
  })
  const { backups } = await manager.backup.list()
  if (backups[0] !== undefined) await manager.restore({ backup: backups[0].file })
  return (await manager.backup.prune()).removed.length
}

interface Manifest {
  readonly schema_version: string
  readonly run_id: string
  readonly tags: readonly string[]
}

export async function tagManifest(path: string, tag: string): Promise<string | null> {
  const corpus: OpenedCorpus<Manifest> = await openCorpus<Manifest>({ store: 'manifests', readNewer: 'refuse' })
  const read: ReadDocument<Manifest> = await corpus.read(path, { writeBack: true })
  if (read.state === 'newer' || read.writtenBack?.state === 'left') return null
  // @ts-expect-error a document without its tags is found by the compiler
  void corpus.write(path, { schema_version: '1.1.0', run_id: 'r1' })
  return await corpus.write(path, { ...read.document, tags: [...read.document.tags, tag] }, { over: read.stored })
}

export async function versionsForAnEndpoint(): Promise<object> {
  const transforms = [defineTransform({ from: '1', to: '2', operations: [add('tags', [])] })]
  const corpus = await openCorpus({ files: 'notes/*.json', transforms, contracts: { '2': { type: 'object' } } })
  const { verdict, versions } = await corpus.storedVersions()
  return { known: corpus.versions, stored: versions, fits: verdict !== 'incompatible' }
}

const search = fts5({ index: 'notes_fts', table: 'notes', columns: ['title', 'body'], tokenize: 'porter unicode61' })

export const searchNotes = defineMigration({
  async up(api) {
    const { rows } = await rebuildTable(api, 'notes', {
      columns: { id: 'INTEGER PRIMARY KEY', title: 'TEXT NOT NULL', body: 'TEXT' },
      values: { title: "COALESCE(title, '')" },
      dropped: ['draft'],
      replaced: { notes_draft: null },
    })
    api.log(`${rows} notes`)
    await search.create(api)
  },
  down: (api) => search.drop(api),
})
