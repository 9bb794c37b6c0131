/** The log is a chain: each row's hash covers the row and the hash of the row before, so no row can be changed or cut. */

import type { LogEntry, LogHead, LogRow } from './history.ts'

/** SHA-256 of UTF-8 text as 64 hex digits; brought by whoever has one. */
export type Sha256 = (text: string) => string

/** The row that follows `head`. */
export function chainRow(head: LogHead | null, entry: LogEntry, sha256: Sha256): LogRow {
  const row = { ...entry, id: (head?.id ?? 0) + 1 }
  return { ...row, hash: hashRow(head?.hash ?? '', row, sha256) }
}

export type ChainFault = { readonly row: number; readonly reason: string }

/** The first row at which the chain breaks; `null` when it holds from the first row to the last. */
export function findChainFault(rows: readonly LogRow[], sha256: Sha256): ChainFault | null {
  let head: LogHead | null = null
  for (const row of rows) {
    const wanted = (head?.id ?? 0) + 1
    if (row.id !== wanted) return { row: row.id, reason: `row ${wanted} is missing` }
    if (row.hash !== chainRow(head, row, sha256).hash) return { row: row.id, reason: 'its text does not fit its hash' }
    head = row
  }
  return null
}

function hashRow(before: string, row: Omit<LogRow, 'hash'>, sha256: Sha256): string {
  const { id, event, version, at, by, runId, toolVersion, detail } = row
  return sha256(`${before}\n${JSON.stringify([id, event, version, at, by, runId, toolVersion, detail])}`)
}
