/** A target with a folder for its backups, and the verbs over it, for tests. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { restore } from '../../src/app/backup/restore.ts'
import { createBackups, listAllBackups, pruneBackups, verifyBackups } from '../../src/app/backup/verbs.ts'
import type { RegisteredMigration } from '../../src/app/opening/registered.ts'
import type { BackupInfo, BackupReport, RestoreReport, RunReport } from '../../src/app/answers/report.ts'
import { down } from '../../src/app/down.ts'
import type { DownTarget } from '../../src/core/choose-down.ts'
import { defaultUpOptions, up } from '../../src/app/up.ts'
import { systemClock } from '../../src/app/opening/context.ts'
import type { Policy } from '../../src/core/policy.ts'
import type { Clock, Store } from '../../src/core/ports.ts'
import type { BackupSettings } from '../../src/settings/settings.ts'
import type { Target } from '../../src/app/opening/target.ts'
import { contextOf, targetOf } from './target.ts'

export interface Bench {
  readonly folder: string
  readonly target: Target
  readonly events: readonly { readonly type: string }[]
  up(): Promise<RunReport>
  down(wanted: DownTarget, confirm?: string): Promise<RunReport>
  create(): Promise<BackupReport>
  list(): Promise<readonly BackupInfo[]>
  verify(options?: { readonly restore?: boolean; readonly backup?: string }): Promise<BackupReport>
  prune(): Promise<BackupReport>
  restore(backup: string, options?: { readonly others?: 'refuse' | 'end' }): Promise<RestoreReport>
}

export interface BenchOptions {
  readonly migrations?: readonly RegisteredMigration[]
  readonly policy?: Partial<Policy>
  readonly backups?: Partial<BackupSettings>
  readonly clock?: Clock
}

export function benchOf(store: Store, options: BenchOptions = {}): Bench {
  const folder = options.backups?.path ?? mkdtempSync(join(tmpdir(), 'lockstep-backups-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const backups = { path: folder, keepDays: 30, keepAtLeast: 5, compress: false, ...options.backups }
  const { migrations = [], policy = {}, clock = systemClock } = options
  const target: Target = { ...targetOf({ store, migrations, policy }), backups }
  const context = contextOf({ clock })
  const lockWaitMs = 1000
  const asked = { confirm: null, agent: null, cwd: folder, others: 'refuse', lockWaitMs } as const
  return {
    folder,
    target,
    events: context.events,
    up: async () => only(await up([target], { ...defaultUpOptions, intoExisting: true, lockWaitMs }, context)),
    down: async (wanted, confirm) =>
      only(await down([target], { target: wanted, lockWaitMs, confirm: confirm ?? null, agent: null }, context)),
    create: async () => only(await createBackups([target], { lockWaitMs }, context)),
    list: async () => only(await listAllBackups([target])).backups,
    verify: async ({ restore: byRestoring = false, backup = null as string | null } = {}) =>
      only(await verifyBackups([target], { backup, restore: byRestoring, cwd: folder, lockWaitMs }, context)),
    prune: async () => only(await pruneBackups([target], { lockWaitMs }, context)),
    restore: async (backup, more = {}) => only(await restore(target, { ...asked, backup, ...more }, context)),
  }
}

function only<Report>({ stores }: { readonly stores: readonly Report[] }): Report {
  const [first] = stores
  if (first === undefined) throw new Error('no report')
  return first
}
