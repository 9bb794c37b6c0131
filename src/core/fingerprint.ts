/** A short name for the exact state of a history: a plan is only good for the history it was made on. */

import type { History } from './history.ts'
import type { Sha256 } from './log-chain.ts'

/** Changes with every record, every proven step and every row of the log. */
export function fingerprintOf(history: History, sha256: Sha256): string {
  const records = history.records.map((one) => [one.version, one.checksum, one.state, one.stepsDone, one.position])
  return sha256(JSON.stringify([history.head?.hash ?? null, records]))
}
