/** One store, opened, with the files that belong to it and the rules it is under. */

import type { Judgement } from '../../core/judge.ts'
import { judge } from '../../core/judge.ts'
import type { History } from '../../core/history.ts'
import { historyFormat } from '../../core/history.ts'
import { LockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import type { Policy } from '../../core/policy.ts'
import type { BodyReader, HistoryReader, Store } from '../../core/ports.ts'
import type { Problem } from '../../core/problem.ts'
import type { BackupSettings } from '../../settings/settings.ts'
import type { VersionScheme } from '../../core/version.ts'
import { hasEmptyDown } from './empty-down.ts'

/** The migrations of a store, as its layout gives them. */
export interface Files {
  readonly scheme: VersionScheme
  /** Sorted by scheme, repeatables last. */
  readonly migrations: readonly Migration[]
  /** Where sorting by name gives another order than the versions; empty where it does not. */
  readonly outOfOrder: readonly { readonly file: string; readonly version: string; readonly after: string }[]
}

export interface Target {
  readonly name: string
  readonly store: Store
  readonly policy: Policy
  /** The folder as the user would name it. */
  readonly folder: string
  /** Reads the folder once and keeps the answer. */
  readonly files: () => Files
  readonly bodies: BodyReader
  /** Makes the database where it does not exist yet (`--create`); `null` where the first write does so anyway. */
  readonly create: (() => Promise<void>) | null
  /** A fresh, empty store of the same kind and version, to be dropped afterwards; `null` where there is none. */
  readonly scratch: ((wanted?: ScratchWanted) => Promise<Scratch>) | null
  /** Where backups go and how long they stay; absent where nobody has said. */
  readonly backups?: BackupSettings
}

/** Where a scratch store is made; `same`: as the store itself. Extensions are for PGlite only, a server has its own. */
export interface ScratchWanted {
  readonly on: 'same' | 'pglite'
  readonly extensions: readonly string[]
}

export interface Scratch {
  readonly store: Store
  /** Extensions that were asked for and are not installed. */
  readonly missing: readonly { readonly name: string; readonly remedy: string }[]
  /** Another one that holds the same. Nothing may run on this one meanwhile. */
  copy(): Promise<Scratch>
  drop(): Promise<void>
}

export interface Judged {
  readonly target: Target
  readonly files: Files
  readonly history: History
  readonly judgement: Judgement
}

/** Reads history and files, and holds one against the other. Changes nothing. */
export async function judgeTarget(target: Target, reader: HistoryReader = target.store): Promise<Judged> {
  // The connection is under way while the folder is read.
  const reading = reader.readHistory()
  const files = readFilesBeside(reading, target)
  const history = await reading
  refuseNewerFormat(history, target)
  refuseOtherIdentity(history, target)
  const { scheme, migrations } = files
  const judgement = judge({ files: migrations, records: history.records, scheme, policy: target.policy })
  return { target, files, history, judgement: withPolicyProblems(judgement, files, target) }
}

function readFilesBeside(reading: Promise<History>, target: Target): Files {
  try {
    return target.files()
  } catch (error) {
    reading.catch(() => undefined) // the folder's fault is told first
    throw error
  }
}

function refuseNewerFormat(history: History, { name }: Target): void {
  const found = history.meta?.format ?? historyFormat
  if (found > historyFormat) throw new LockstepError('history-newer', { store: name, found, known: historyFormat })
}

/** Another environment's database answers nothing, not even a question. */
function refuseOtherIdentity({ meta }: History, { name: store, policy }: Target): void {
  const found = meta?.identity ?? null
  const wanted = policy.identity
  if (wanted === null || found === null || found === wanted) return
  throw new LockstepError('identity-differs', { store, wanted, found }, { store })
}

function withPolicyProblems(judgement: Judgement, files: Files, target: Target): Judgement {
  const problems = [...judgement.problems, ...policyProblems(judgement, files, target)]
  const verdict = problems.length > 0 && judgement.verdict !== 'incompatible' ? 'blocked' : judgement.verdict
  return { ...judgement, problems, verdict }
}

/** Rules about what has not run yet; what has run is history. */
function policyProblems(judgement: Judgement, files: Files, target: Target): Problem[] {
  const { policy } = target
  const pending = judgement.pending.map((one) => one.migration)
  const about = ({ version, file }: Migration): { version: string; file: string } => ({ version, file })
  const oneWay = (): Migration[] =>
    pending
      .filter((one) => !one.repeatable && one.directives.irreversible === null)
      .filter((one) => one.down === null || hasEmptyDown(target, one))
  const code = pending.filter((one) => one.up.language === 'module')
  const names = new Set(pending.map((one) => one.file))
  return [
    ...(policy.direction === 'reversible' ? oneWay() : []).map((one) => ({
      code: 'no-way-back' as const,
      ...about(one),
      details: {},
    })),
    ...(policy.files === 'sql' ? code : []).map((one) => ({
      code: 'code-refused' as const,
      ...about(one),
      details: {},
    })),
    ...(policy.run === 'operator' ? files.outOfOrder : [])
      .filter((one) => names.has(one.file))
      .map(({ file, version, after }) => ({ code: 'order-differs' as const, version, file, details: { after } })),
  ]
}
