/** Carries out an arrangement over locked stores, one migration after the other, and remembers what became of each. */

import type { ExitCode } from '../core/errors/entry.ts'
import { isLockstepError, LockstepError } from '../core/error.ts'
import type { Arranged } from '../core/arrange.ts'
import { planUp } from '../core/make-plan.ts'
import { carryOut } from '../engine/carry-out.ts'
import type { Assignment, Engine } from '../engine/engine.ts'
import { carryOutTogether } from '../engine/together.ts'
import { withStore } from './answer.ts'
import type { AppContext } from './context.ts'
import { factsReader } from './plan.ts'
import type { Prepared } from './prepare.ts'
import type { RanReport } from './report.ts'
import type { Judged } from './target.ts'

/** What has happened so far; it outlives a lost connection. */
export interface Run {
  readonly ran: Map<string, RanReport[]>
  readonly failed: Map<string, unknown>
  /** What had begun and was not seen to end. */
  underWay: { readonly store: string; readonly version: string; readonly file: string } | null
  /** Whether anything was written. */
  readonly changed: boolean
  /** 130 or 143 after a signal. */
  exit: ExitCode | null
  /** Tells from a history what became of what was under way when the connection was lost. */
  lookUp(judged: readonly Judged[], context: AppContext): void
  /** Policy `retry: 'never'`: after a lost connection the outcome is looked up, and that is all. */
  endsAfterLookUp(judged: readonly Judged[]): boolean
  /** The run as a whole ends with this. */
  stop(error: unknown, context: AppContext): void
}

/** `stores`: in the order in which they are asked. */
export function makeRun(stores: readonly string[]): Run {
  const run: Run & { lost: LockstepError | null } = {
    ran: new Map(),
    failed: new Map(),
    underWay: null,
    lost: null,
    exit: null,
    get changed() {
      return run.ran.size > 0 || run.underWay !== null
    },
    lookUp: (judged, { emit }) => {
      if (run.underWay === null) return
      const { store, version, file } = run.underWay
      const there =
        judged
          .find((one) => one.target.name === store)
          ?.judgement.applied.some((record) => record.version === version) ?? false
      emit({ type: 'outcome-found', store, version, outcome: there ? 'applied' : 'not-applied' })
      if (there) remember(run, store, { version, file, direction: 'up', state: 'applied', ms: 0, steps: 1 })
      run.underWay = null
    },
    endsAfterLookUp: (judged) => {
      const never = judged.find((one) => one.target.policy.retry === 'never' && run.lost?.store === one.target.name)
      if (never === undefined || run.lost === null) return false
      run.failed.set(never.target.name, run.lost)
      return true
    },
    stop: (error, context) => stop(run, error, { stores, context }),
  }
  return run
}

function stop(run: Run, error: unknown, { stores, context }: { stores: readonly string[]; context: AppContext }): void {
  // An error that no store owns up to is told with the first: told it must be.
  const named = isLockstepError(error) && stores.includes(error.store ?? '') ? error.store : null
  const store = named ?? run.underWay?.store ?? stores[0] ?? ''
  if (context.signal.aborted && !isLost(error)) {
    const signal = signalName(context.signal.reason)
    run.exit = signal === 'SIGTERM' ? 143 : 130
    const done = [...run.ran].flatMap(([name, list]) => list.map((one) => `${name}/${one.version}`))
    run.failed.set(
      store,
      new LockstepError(
        'interrupted',
        { signal, store, done, next: run.underWay?.file ?? null },
        { store, state: 'what is done is recorded; what had begun was rolled back, or goes on with the next run' },
      ),
    )
    return
  }
  if (run.underWay !== null && isLost(error)) {
    const { version, file } = run.underWay
    run.failed.set(
      run.underWay.store,
      new LockstepError(
        'outcome-not-seen',
        { store: run.underWay.store, version, file },
        { cause: error, state: `whether ${version} took effect is not known yet` },
      ),
    )
    return
  }
  run.failed.set(store, error)
}

/** What the shell gave as the reason of its abort. */
function signalName(reason: unknown): string {
  const signal = (reason as { signal?: unknown } | null)?.signal
  return typeof signal === 'string' ? signal : 'the caller'
}

function isLost(error: unknown): boolean {
  return isLockstepError(error) && (error.code === 'connection-lost' || error.code === 'unreachable')
}

export interface RunningAll {
  readonly judged: readonly Judged[]
  readonly prepared: Prepared
  readonly engines: ReadonlyMap<string, Engine>
  readonly atomic: boolean
  readonly run: Run
  readonly context: AppContext
}

/** A failure stops its own store and those that require something of it; the others go on. */
export async function runAll(all: RunningAll): Promise<void> {
  const { prepared, engines, run, context, judged } = all
  if (all.atomic) return await runAtomically(all)
  for (const [index, item] of prepared.order.entries()) {
    const engine = engines.get(item.store)
    const one = judged.find((each) => each.target.name === item.store)
    if (engine === undefined || one === undefined || isHeldUp(item, run)) continue
    const assignment = assignmentOf(item, one, { index, count: prepared.order.length })
    run.underWay = { store: item.store, version: item.pending.migration.version, file: item.pending.migration.file }
    try {
      const { ms, steps } = await carryOut(assignment, engine)
      remember(run, item.store, { ...namesOf(assignment), state: 'applied', ms, steps })
    } catch (error) {
      if (isLost(error) || context.signal.aborted) throw withStore(error, item.store)
      run.failed.set(item.store, error)
      remember(run, item.store, { ...namesOf(assignment), state: 'failed', ms: 0, steps: 0 })
    }
    run.underWay = null
  }
}

function isHeldUp({ store, pending }: Arranged, { failed }: Run): boolean {
  return (
    failed.has(store) ||
    pending.migration.directives.requires.some((one) => one.store !== null && failed.has(one.store))
  )
}

async function runAtomically({ judged, prepared, engines, run }: RunningAll): Promise<void> {
  for (const one of judged) {
    const { name } = one.target
    const engine = engines.get(name)
    const items = prepared.order.filter((item) => item.store === name)
    if (engine === undefined || items.length === 0 || items.some((item) => isHeldUp(item, run))) continue
    const assignments = items.map((item, index) => assignmentOf(item, one, { index, count: items.length }))
    try {
      const { ms } = await carryOutTogether(assignments, engine)
      for (const assignment of assignments)
        remember(run, name, { ...namesOf(assignment), state: 'applied', ms: ms / assignments.length, steps: 1 })
    } catch (error) {
      if (isLost(error)) throw withStore(error, name)
      run.failed.set(name, error)
    }
  }
}

function assignmentOf({ pending }: Arranged, { target }: Judged, at: { index: number; count: number }): Assignment {
  return { planned: planUp(pending, factsReader(target)), migration: pending.migration, record: pending.record, ...at }
}

function namesOf({ planned }: Assignment): { version: string; file: string; direction: 'up' | 'down' } {
  return { version: planned.version, file: planned.file, direction: planned.direction }
}

function remember(run: Run, store: string, report: RanReport): void {
  run.ran.set(store, [...(run.ran.get(store) ?? []), report])
}
