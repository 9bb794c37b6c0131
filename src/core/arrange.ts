/** The order of pending migrations over all stores: versions within a store, then what requires what. Pure. */

import type { Pending } from './judge.ts'
import { groupOf } from './judge.ts'
import { isRepeatableVersion, type Migration, type Requirement } from './migration.ts'
import type { Problem } from './problem.ts'
import { compareText, compareVersions, versionKey, type VersionScheme } from './version.ts'

/** One store's part in the arrangement. */
export interface Part {
  readonly store: string
  readonly scheme: VersionScheme
  /** All files, so that a requirement can be told from a typing error. */
  readonly files: readonly Migration[]
  readonly pending: readonly Pending<Migration>[]
  /** Applied versions, whether their file is there or not. */
  readonly recorded: readonly string[]
}

export interface Arranged {
  readonly store: string
  readonly pending: Pending<Migration>
}

export interface Arrangement {
  readonly order: readonly Arranged[]
  readonly problems: readonly { readonly store: string; readonly problem: Problem }[]
}

/**
 * Walks the stores by name and takes as much of each as its requirements allow, so that a store is left only when it
 * must be (Kahn's algorithm over whole chains). Repeatables come last in their store.
 */
export function arrange(parts: readonly Part[]): Arrangement {
  const sorted = [...parts].sort((a, b) => compareText(a.store, b.store))
  const problems = sorted.flatMap((part) => findUnknown(part, sorted))
  if (problems.length > 0) return { order: [], problems }
  const chains = sorted.flatMap(chainsOf)
  const waiting = new Set(
    chains.flatMap((chain) => chain.items.map((item) => nameOf(chain.part, item.migration.version))),
  )
  const order: Arranged[] = []
  for (let moved = true; moved;) {
    moved = false
    for (const chain of chains) while (takeNext(chain, { waiting, parts: sorted, order })) moved = true
  }
  const stuck = chains.filter((chain) => chain.next < chain.items.length)
  return { order, problems: stuck.slice(0, 1).map((chain) => circleOf(chain, stuck, sorted)) }
}

interface Chain {
  readonly part: Part
  readonly items: readonly Pending<Migration>[]
  /** Runs only when all versioned ones of its store are done. */
  readonly last: boolean
  next: number
}

interface Progress {
  readonly waiting: Set<string>
  readonly parts: readonly Part[]
  readonly order: Arranged[]
}

function takeNext(chain: Chain, progress: Progress): boolean {
  const item = chain.items[chain.next]
  if (item === undefined || blockersOf(chain, progress).length > 0) return false
  progress.waiting.delete(nameOf(chain.part, item.migration.version))
  progress.order.push({ store: chain.part.store, pending: item })
  chain.next++
  return true
}

function blockersOf(chain: Chain, { waiting, parts }: Pick<Progress, 'waiting' | 'parts'>): string[] {
  const item = chain.items[chain.next]
  if (item === undefined) return []
  const wanted = item.migration.directives.requires.map((one) => requiredName(one, chain.part, parts))
  const mine = chain.last ? versionedOf(chain.part).map((one) => nameOf(chain.part, one.migration.version)) : []
  return [...wanted, ...mine].filter((name) => waiting.has(name))
}

function chainsOf(part: Part): Chain[] {
  const groups = Map.groupBy(versionedOf(part), (one) => groupOf(part.scheme, one.migration.version))
  const chains = [...groups].sort(([a], [b]) => compareText(a, b))
  const repeatables = part.pending.filter((one) => one.migration.repeatable)
  return [
    ...chains.map(([, items]) => ({ part, items, last: false, next: 0 })),
    { part, items: repeatables, last: true, next: 0 },
  ]
}

function versionedOf(part: Part): Pending<Migration>[] {
  return part.pending.filter((one) => !one.migration.repeatable)
}

function findUnknown(part: Part, parts: readonly Part[]): Arrangement['problems'][number][] {
  return part.pending.flatMap(({ migration }) =>
    migration.directives.requires.flatMap((one) => {
      const problem = checkRequirement(migration, one, { part, parts })
      return problem === null ? [] : [{ store: part.store, problem }]
    }),
  )
}

function checkRequirement(
  migration: Migration,
  one: Requirement,
  { part, parts }: { part: Part; parts: readonly Part[] },
): Problem | null {
  const wanted = one.store === null ? one.version : `${one.store}/${one.version}`
  const about = { version: migration.version, file: migration.file, details: { wanted } }
  const where = one.store === null ? part : parts.find((other) => other.store === one.store)
  if (where === undefined || !knows(where, one.version)) return { code: 'requires-unknown', ...about }
  if (!isMet(where, one.version)) return { code: 'requires-pending', ...about }
  const sameGroup = where === part && groupOf(part.scheme, one.version) === groupOf(part.scheme, migration.version)
  if (!sameGroup || migration.repeatable) return null
  return compareVersions(part.scheme, one.version, migration.version) >= 0 ? { code: 'requires-later', ...about } : null
}

/** Applied, or about to be in this run. */
function isMet(part: Part, version: string): boolean {
  const key = keyIn(part, version)
  const recorded = part.recorded.some((one) => keyIn(part, one) === key)
  return recorded || part.pending.some(({ migration }) => keyIn(part, migration.version) === key)
}

function knows(part: Part, version: string): boolean {
  const key = keyIn(part, version)
  return (
    part.files.some((file) => keyIn(part, file.version) === key) ||
    part.recorded.some((one) => keyIn(part, one) === key)
  )
}

function circleOf(chain: Chain, stuck: readonly Chain[], parts: readonly Part[]): Arrangement['problems'][number] {
  const waiting = new Set(
    stuck.flatMap((one) => one.items.slice(one.next).map((item) => nameOf(one.part, item.migration.version))),
  )
  const circle: string[] = []
  let at: Chain | undefined = chain
  while (at !== undefined && !circle.includes(headOf(at))) {
    circle.push(headOf(at))
    const blocker: string | undefined = blockersOf(at, { waiting, parts })[0]
    at = stuck.find((one) =>
      one.items.slice(one.next).some((item) => nameOf(one.part, item.migration.version) === blocker),
    )
  }
  const head = chain.items[chain.next]?.migration
  const problem = {
    version: head?.version ?? '',
    file: head?.file ?? null,
    details: { circle: [...circle, circle[0] ?? ''] },
  }
  return { store: chain.part.store, problem: { code: 'requires-circle', ...problem } }
}

function headOf(chain: Chain): string {
  return `${chain.part.store}/${chain.items[chain.next]?.migration.version ?? ''}`
}

function requiredName(one: Requirement, part: Part, parts: readonly Part[]): string {
  return nameOf(parts.find((other) => other.store === (one.store ?? part.store)) ?? part, one.version)
}

function nameOf(part: Part, version: string): string {
  return `${part.store}/${keyIn(part, version)}`
}

function keyIn(part: Part, version: string): string {
  return isRepeatableVersion(version) ? version : versionKey(part.scheme, version)
}
