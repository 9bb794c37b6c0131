/** From a judgement to a plan. Pure: what must be read of the scripts is asked of a function. */

import { fingerprintOf } from './fingerprint.ts'
import type { History, HistoryRecord } from './history.ts'
import type { Judgement, Pending } from './judge.ts'
import type { Sha256 } from './log-chain.ts'
import { isRepeatableVersion, type Body, type Migration } from './migration.ts'
import { planFormat, type Plan, type PlannedMigration } from './plan.ts'
import type { StoreKind } from './ports.ts'
import type { ScriptFacts } from './script.ts'
import { compareVersions, versionKey, type VersionScheme } from './version.ts'

/** What a plan needs to know of one direction of a migration. */
export type ReadFacts = (migration: Migration, body: Body) => ScriptFacts

export interface Planning {
  readonly store: string
  readonly kind: StoreKind
  readonly history: History
  readonly readFacts: ReadFacts
  readonly sha256: Sha256
}

/** The plan that takes `pending` forward, in the order given. */
export function makeUpPlan(planning: Planning, pending: readonly Pending<Migration>[]): Plan {
  const migrations = pending.map((one) => planUp(one, planning.readFacts))
  return { ...headOf(planning), direction: 'up', migrations }
}

/** One migration as it would run now: fresh, or from the first step that is not proven. */
export function planUp({ migration, record }: Pending<Migration>, readFacts: ReadFacts): PlannedMigration {
  const fromStep = record === null || record.state === 'applied' ? 0 : record.stepsDone
  return { ...plannedOf(migration, readFacts(migration, migration.up)), direction: 'up', fromStep }
}

/** The plan that takes `records` back, newest first. */
export function makeDownPlan(planning: Planning, steps: readonly DownStep[]): Plan {
  return {
    ...headOf(planning),
    direction: 'down',
    migrations: steps.map((step) => planDown(step, planning.readFacts)),
  }
}

/** One migration as it would be taken back now. */
export function planDown({ migration, down, record }: DownStep, readFacts: ReadFacts): PlannedMigration {
  const fromStep = record.direction === 'down' && record.state !== 'applied' ? record.stepsDone : 0
  return {
    ...plannedOf(migration, readFacts(migration, down)),
    version: record.version,
    file: down.file,
    direction: 'down',
    fromStep,
  }
}

export interface DownStep {
  readonly record: HistoryRecord
  readonly migration: Migration
  readonly down: Body
}

/** Pending up to and with `to`; repeatables only when nothing versioned is left out. `null`: no such version. */
export function pendingUpTo(
  judgement: Judgement,
  to: string,
  { scheme, files }: { scheme: VersionScheme; files: readonly Migration[] },
): readonly Pending<Migration>[] | null {
  const key = versionKey(scheme, to)
  const known = [...files.map((file) => file.version), ...judgement.applied.map((record) => record.version)]
  if (!known.some((version) => !isRepeatableVersion(version) && versionKey(scheme, version) === key)) return null
  const within = judgement.pending.filter(
    ({ migration }) => !migration.repeatable && compareVersions(scheme, migration.version, to) <= 0,
  )
  const versioned = judgement.pending.filter(({ migration }) => !migration.repeatable)
  return within.length === versioned.length ? judgement.pending : within
}

function headOf({ store, kind, history, sha256 }: Planning): Omit<Plan, 'direction' | 'migrations'> {
  return { format: planFormat, store, kind, history: fingerprintOf(history, sha256) }
}

function plannedOf(migration: Migration, facts: ScriptFacts): Omit<PlannedMigration, 'direction' | 'fromStep'> {
  const { version, description, file, checksum, repeatable, breaking } = migration
  const { mode, reasons, statements, warnings } = facts
  return { version, description, file, checksum, repeatable, breaking, mode, reasons, statements, warnings }
}
