/** The history of a memory world, as every store tells it. */

import { noHistory, type History } from '../../core/history.ts'
import type { MemoryWorld } from './world.ts'

export function readWorld({ state }: MemoryWorld): History {
  const { data, meta, records, log } = state
  if (meta === null) return { ...noHistory, holdsTables: data.size > 0 }
  const last = log.at(-1)
  return {
    meta,
    records: [...records.values()].sort((a, b) => a.position - b.position),
    head: last === undefined ? null : { id: last.id, hash: last.hash },
    holdsTables: false,
    readOnly: false,
  }
}
