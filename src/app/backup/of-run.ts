/** The backups that the policies of a run's stores want, each made once, whatever becomes of the connection. */

import { assert } from '../../core/error.ts'
import type { Taken } from '../../backup/take.ts'
import type { Engine } from '../../engine/engine.ts'
import type { AppContext } from '../opening/context.ts'
import type { Run } from '../running/run.ts'
import type { Target } from '../opening/target.ts'

export interface RunBackups {
  /** Before anything begins anywhere: a store whose backup cannot be made has failed, and the run does not begin. */
  beforeRun(targets: readonly Target[]): Promise<void>
  /** Writes what was made before the run into the logs, which may only be there now. */
  writeDown(engines: ReadonlyMap<string, Engine>): Promise<void>
  /** Before one migration, or all of a store where they share a transaction. */
  beforeMigration(target: Target, engine: Engine): Promise<void>
}

/** Loaded when a policy wants one: most runs make none. */
const loadBackup = () => import('./backup.ts')

export interface RunBackupOptions {
  readonly run: Run
  readonly context: AppContext
  readonly lockWaitMs: number
}

export function makeRunBackups({ run, context, lockWaitMs }: RunBackupOptions): RunBackups {
  const made = new Set<string>()
  const unwritten = new Map<string, Taken>()
  const make = async (target: Target): Promise<void> => {
    const { backUpByPolicy } = await loadBackup()
    const taken = await backUpByPolicy(target, { reason: 'before-run', context, lockWaitMs })
    made.add(target.name)
    if (taken !== null) unwritten.set(target.name, taken)
  }
  return {
    beforeRun: async (targets) => {
      const wanted = targets.filter((one) => one.policy.backup === 'run' && !made.has(one.name))
      for (const target of wanted) {
        await make(target).catch((error: unknown) => {
          if (context.signal.aborted) throw error
          run.failed.set(target.name, error)
        })
      }
    },
    writeDown: async (engines) => {
      if (unwritten.size === 0) return
      const { logBackup } = await loadBackup()
      for (const [store, taken] of unwritten) {
        const engine = engines.get(store)
        assert(engine !== undefined, `store ${store} has something to run, and so an engine`)
        await logBackup(engine, taken)
        unwritten.delete(store)
      }
    },
    beforeMigration: async (target, engine) => {
      if (target.policy.backup !== 'migration') return
      const { backUpByPolicy, logBackup } = await loadBackup()
      const taken = await backUpByPolicy(target, { reason: 'before-migration', context, lockWaitMs })
      if (taken !== null) await logBackup(engine, taken)
    },
  }
}
