/** Which migrations are rehearsed, and in what order all of them are built up. */

import { arrange } from '../../core/arrange.ts'
import { isLockstepError, LockstepError } from '../../core/error.ts'
import { isRepeatableVersion, type Migration } from '../../core/migration.ts'
import { versionKey } from '../../core/version.ts'
import { failedReport, reportOf } from '../answers/answer.ts'
import type { StoreReport } from '../answers/report.ts'
import { judgeTarget, type Files, type Target } from '../opening/target.ts'

export type RehearsalChoice =
  | { readonly kind: 'pending' }
  | { readonly kind: 'all' }
  | { readonly kind: 'versions'; readonly versions: readonly string[] }

export interface Chosen {
  readonly report: StoreReport
  /** Every file, in the order in which it would run on an empty store. */
  readonly order: readonly Migration[]
  readonly chosen: ReadonlySet<Migration>
}

/** Only what is pending needs the store itself; for the others its files are enough. */
export async function choose(target: Target, choice: RehearsalChoice): Promise<Chosen> {
  const files = target.files()
  const order = orderOf(target, files)
  const report = { ...failedReport(target, null), error: null, verdict: 'current' as const }
  switch (choice.kind) {
    case 'all':
      return { report, order, chosen: new Set(order) }
    case 'versions':
      return { report, order, chosen: new Set(choice.versions.map((one) => findFile(target, files, one))) }
    case 'pending': {
      const judged = await judgeTarget(target).catch((error: unknown) => {
        // A pipeline may have a server and no database yet: then everything is pending.
        if (isLockstepError(error) && error.code === 'database-missing') return null
        throw error
      })
      if (judged === null) return { report, order, chosen: new Set(order) }
      const pending = new Set(judged.judgement.pending.map((one) => one.migration))
      return { report: reportOf(judged), order, chosen: pending }
    }
  }
}

function findFile({ name: store }: Target, { scheme, migrations }: Files, wanted: string): Migration {
  const keyOf = (version: string): string => (isRepeatableVersion(version) ? version : versionKey(scheme, version))
  const found = migrations.find((one) => keyOf(one.version) === keyOf(wanted))
  if (found !== undefined) return found
  throw new LockstepError('target-unknown', { wanted, store, known: migrations.map((one) => one.version) })
}

/** Requirements of other stores have no say here: each is tried by itself. */
function orderOf({ name }: Target, { scheme, migrations }: Files): readonly Migration[] {
  const alone = migrations.map((one) => {
    const requires = one.directives.requires.filter((wanted) => wanted.store === null || wanted.store === name)
    return { ...one, directives: { ...one.directives, requires } }
  })
  const pending = alone.map((migration) => ({ migration, record: null }))
  const { order, problems } = arrange([{ store: name, scheme, files: alone, pending, recorded: [] }])
  if (problems.length > 0) return migrations
  const original = new Map<Migration, Migration | undefined>(alone.map((one, i) => [one, migrations[i]]))
  return order.flatMap((item) => original.get(item.pending.migration) ?? [])
}
