/** Migrations that live in code: registered, applied and taken back through a client of the application's own. */

import { registeredFiles, type RegisteredMigration } from '../app/opening/registered.ts'
import type { Answer, BackupReport, RestoreReport, RunReport, StoreReport } from '../app/answers/report.ts'
import type { RestorePreview } from '../app/backup/restore.ts'
import type { Target } from '../app/opening/target.ts'
import { LockstepError } from '../core/error.ts'
import type { RunEvent } from '../core/event.ts'
import { defaultBackup, defaultPolicy, type Policy } from '../core/policy.ts'
import type { Store } from '../core/ports.ts'
import type { BackupConfiguration } from '../settings/configuration/configuration.ts'
import { backupSettingsOf } from '../settings/read-settings.ts'
import type { RestoreBackup } from './backups.ts'
import { openClient, type AnyClient } from './client.ts'
import { makeContext } from './context.ts'
import { verbsOver } from './lockstep.ts'

export interface ManagerOptions {
  /** A connected `pg` client, a `PGlite`, a `DatabaseSync`, or the path of a SQLite file. */
  readonly database: AnyClient | string
  /** Name of the store in records and messages. */
  readonly name?: string
  readonly history?: { readonly schema?: string; readonly table?: string }
  readonly policy?: Partial<Policy>
  /**
   * Where backups of a SQLite file go and how long they stay; the path starts at the working folder. By default one is
   * taken before each run, as by the command line. A client that was brought has none.
   */
  readonly backups?: BackupConfiguration
  readonly release?: string
  readonly lockWaitMs?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

export interface MigrationManager {
  /** Adds one migration; order of registration does not matter, versions do. */
  register(...migrations: readonly RegisteredMigration[]): MigrationManager
  status(): Promise<StoreReport>
  /** Applies what is pending; throws what stopped it. */
  applyPending(options?: { readonly to?: string }): Promise<RunReport>
  /** Takes back what came after `to`, which stays; everything with `to: null`. Throws what stopped it. */
  rollback(options: { readonly to: string | null; readonly confirm?: string }): Promise<RunReport>
  readonly backup: ManagerBackups
  /** Puts a backup in the place of the database, which is saved first; throws what stopped it. */
  restore(options: RestoreBackup): Promise<RestoreReport>
  /** Closes what this manager has opened; a client that was brought stays open. */
  close(): Promise<void>
}

/** Backups of the one database; each throws what stopped it, and a damaged backup is an answer. */
export interface ManagerBackups {
  create(): Promise<BackupReport>
  list(): Promise<BackupReport>
  verify(options?: { readonly backup?: string; readonly restore?: boolean }): Promise<BackupReport>
  prune(): Promise<BackupReport>
  preview(backup: string): Promise<RestorePreview>
}

export async function openManager(options: ManagerOptions): Promise<MigrationManager> {
  const registered: RegisteredMigration[] = []
  const emit = (event: RunEvent): void => options.onEvent?.(event)
  const context = (): ReturnType<typeof makeContext> => makeContext(options, { release: options.release ?? null, emit })
  const name = options.name ?? 'app'
  const history = {
    schema: options.history?.schema ?? 'public',
    table: options.history?.table ?? 'lockstep_migrations',
  }
  const store = await openClient(options.database, { name, history, context: context() })
  const cwd = process.cwd()
  const rules = {
    policy: {
      ...defaultPolicy,
      ...(store.backups === undefined ? {} : { backup: defaultBackup[store.kind] }),
      ...options.policy,
    },
    backups: backupSettingsOf(options.backups, cwd),
  }
  const verbs = (): ReturnType<typeof verbsOver> =>
    verbsOver([targetOf(store, { registered, ...rules })], {
      context: context(),
      lockWaitMs: options.lockWaitMs ?? 60_000,
      cwd,
    })
  const manager: MigrationManager = {
    register: (...migrations) => {
      for (const one of migrations) refuseTwice(registered, one)
      registered.push(...migrations)
      return manager
    },
    status: async () => only(await verbs().status()),
    applyPending: async ({ to } = {}) => only(await verbs().up({ to: to ?? null })),
    rollback: async ({ to, confirm }) => {
      const target = to === null ? ({ kind: 'all' } as const) : ({ kind: 'to', version: to } as const)
      return only(await verbs().down({ target, confirm: confirm ?? null }))
    },
    backup: {
      create: async () => only(await verbs().backup.create()),
      list: async () => only(await verbs().backup.list()),
      verify: async ({ backup, restore = false } = {}) =>
        only(
          await verbs().backup.verify({ restore, ...(backup === undefined ? {} : { only: { store: name, backup } }) }),
        ),
      prune: async () => only(await verbs().backup.prune()),
      preview: async (backup) => await verbs().backup.preview(name, backup),
    },
    restore: async (choice) => only(await verbs().restore(name, choice)),
    close: () => store.close(),
  }
  return manager
}

function refuseTwice(registered: readonly RegisteredMigration[], { version }: RegisteredMigration): void {
  if (!registered.some((one) => one.version === version)) return
  throw new LockstepError('module-invalid', { file: version, reason: `version ${version} is registered twice` })
}

function targetOf(
  store: Store,
  {
    registered,
    ...rules
  }: { registered: readonly RegisteredMigration[] } & Required<Pick<Target, 'policy' | 'backups'>>,
): Target {
  return {
    name: store.name,
    store,
    ...rules,
    folder: '(registered)',
    ...registeredFiles(registered),
    create: null,
    scratch: null,
  }
}

function only<R extends StoreReport>({ stores, error }: Answer<R>): R {
  const [report] = stores
  const stopped = error ?? report?.error
  if (stopped != null) throw stopped
  if (report === undefined) throw new LockstepError('internal', { message: 'one store gave no report' })
  return report
}
