/**
 * `verify`: files against history, the log against itself and a head that was written down, the structure against the
 * one that the last run left. Reads only.
 */

import { LockstepError } from '../core/error.ts'
import type { LogRow } from '../core/history.ts'
import { findChainFault } from '../core/log-chain.ts'
import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import { sha256, type AppContext } from './opening/context.ts'
import { findDrift, type DriftFound } from './running/drift.ts'
import type { Answer, VerifyReport } from './answers/report.ts'
import { judgeTarget, type Target } from './opening/target.ts'

export interface VerifyOptions {
  /** A hash that an earlier run printed; `null`: the log is only held against itself. */
  readonly head: string | null
}

export async function verify(
  targets: readonly Target[],
  options: VerifyOptions,
  _context: AppContext,
): Promise<Answer<VerifyReport>> {
  const reports: VerifyReport[] = []
  for (const target of targets) reports.push(await verifyOne(target, options))
  const wrong = reports.some((one) => one.problems.length > 0 || one.differences.length > 0)
  return answerOf('verify', reports, wrong ? [3] : [])
}

async function verifyOne(target: Target, { head }: VerifyOptions): Promise<VerifyReport> {
  try {
    const judged = await judgeTarget(target)
    const log = judged.history.meta === null ? [] : await target.store.readLog()
    const drift = await findDrift(target, judged.history)
    const report = { ...reportOf(judged, log), logRows: log.length, head: log.at(-1)?.hash ?? null, ...drift }
    return { ...report, error: logFault(log, head, target.name) }
  } catch (error) {
    return { ...failedReport(target, error), logRows: 0, head: null, ...nothingFound }
  }
}

const shortestHash = 8

/** A hash may be cut short where it was written down, as commits are. */
function isHashOf({ hash }: LogRow, head: string): boolean {
  return head.length >= shortestHash && hash.startsWith(head)
}

const nothingFound: DriftFound = { structure: 'not compared', differences: [], remedies: [], unmended: [] }

function logFault(log: readonly LogRow[], head: string | null, store: string): LockstepError | null {
  const fault = findChainFault(log, sha256)
  if (fault !== null) return new LockstepError('log-broken', { store, ...fault })
  if (head === null || log.some((row) => isHashOf(row, head))) return null
  const reason = `no row has the hash ${head}: rows were cut off or the log was written anew`
  return new LockstepError('log-broken', { store, row: log.length, reason })
}
