/** From settings to targets: the store of each kind, opened by its own driver, and the folder that belongs to it. */

import type { Address } from '../../core/address.ts'
import { LockstepError } from '../../core/error.ts'
import type { Store } from '../../core/ports.ts'
import type { BackupSettings, StoreSettings } from '../../settings/settings.ts'
import { makeBodyReader } from '../../sources/body-reader.ts'
import { guessByNames } from '../../sources/guess-layout.ts'
import { readFolder } from '../../sources/read-folder.ts'
import type { AppContext } from './context.ts'
import { createDatabase, scratchOf } from '../rehearsal/scratch.ts'
import type { Files, Target } from './target.ts'

/** How long a store that can only be open in one process may wait for the other to close it. */
export interface OpenOptions {
  readonly lockWaitMs: number
  readonly backups?: BackupSettings
}

/** Opens nothing over the network yet: the first question does. */
export async function openTargets(
  stores: readonly StoreSettings[],
  options: OpenOptions,
  context: AppContext,
): Promise<Target[]> {
  const targets: Target[] = []
  for (const settings of stores) targets.push(await openTarget(settings, options, context))
  return targets
}

/** Closes all, whatever becomes of one of them; the first failure is told. */
export async function closeTargets(targets: readonly Target[]): Promise<void> {
  const outcomes = await Promise.allSettled(targets.map((target) => target.store.close()))
  const failed = outcomes.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Opens nothing over the network yet, and reads no folder. */
export async function openTarget(settings: StoreSettings, options: OpenOptions, context: AppContext): Promise<Target> {
  const { name, policy, placeholders, migrations, kind } = settings
  const open = (address: Address): Promise<Store> => openStore({ ...settings, address }, options, context)
  // What a scratch store says while it is tried out is nobody's news.
  const quietly = (address: Address): Promise<Store> =>
    openStore({ ...settings, address }, options, { ...context, emit: () => undefined })
  const dialect = kind === 'sqlite' ? 'sqlite' : 'postgres'
  const { address } = settings
  return {
    name,
    store: await open(address),
    policy,
    folder: migrations.shownAs,
    files: once(() => filesOf(settings)),
    bodies: makeBodyReader({ placeholders, dialect }),
    create:
      address.kind === 'postgres'
        ? () => createDatabase(address, { name: address.database, template: 'template0', context })
        : null,
    scratch: scratchOf(address, {
      name,
      place: settings.place,
      history: historyPlace(settings),
      open: quietly,
      context,
    }),
    ...(options.backups === undefined ? {} : { backups: options.backups }),
  }
}

/** The folder of a store, read. */
export function filesOf({ migrations, layout, kind }: Pick<StoreSettings, 'migrations' | 'layout' | 'kind'>): Files {
  const language = kind === 'neo4j' ? 'cypher' : 'sql'
  const {
    scheme,
    migrations: found,
    fileOrderDiffers,
  } = readFolder({ ...migrations, layout: layout ?? guessByNames(migrations), language })
  return { scheme, migrations: found, outOfOrder: fileOrderDiffers }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

async function openStore(settings: StoreSettings, { lockWaitMs }: OpenOptions, context: AppContext): Promise<Store> {
  const { name, place, address, history } = settings
  const { clock, holder, emit, signal, uninterrupted } = context
  const onNotice = (message: string): void => emit({ type: 'notice', store: name, version: null, message })
  const where = historyPlace(settings)
  switch (address.kind) {
    case 'postgres': {
      const { openPostgres } = await import('../../stores/postgres/index.ts')
      return openPostgres({ name, place, address, history: where, clock, holder, onNotice })
    }
    case 'sqlite': {
      const { openSqlite } = await import('../../stores/sqlite/index.ts')
      return await openSqlite({
        name,
        place,
        path: address.path ?? ':memory:',
        history: { table: history.table },
        clock,
        uninterrupted,
        onNotice,
      })
    }
    case 'pglite': {
      const { openPglite } = await import('../../stores/pglite/index.ts')
      const onWait = (waiting: typeof holder | null, waitedMs: number): void =>
        emit({ type: 'lock-waiting', store: name, holder: waiting, waitedMs })
      return openPglite({
        name,
        place,
        folder: address.path,
        history: where,
        onNotice,
        opening: { holder, clock, signal, waitMs: lockWaitMs, onWait },
      })
    }
    case 'mysql':
    case 'neo4j':
    case 'documents':
      throw new LockstepError('kind-unsupported', { store: name, kind: address.kind })
  }
}

function historyPlace({ history }: StoreSettings): { readonly schema: string; readonly table: string } {
  return { schema: history.schema ?? 'public', table: history.table }
}
