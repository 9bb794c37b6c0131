/** Which objects are dropped before a rebuild, and which are made behind it. */

import { nearestWord } from '../core/nearest.ts'
import { refuser } from './copy.ts'
import type { Dependent, Dependents } from './dependents.ts'
import { isSameName } from './names.ts'
import type { Asking } from './table.ts'

export interface Replacements {
  /** Before the table goes: what does not go with it. */
  readonly dropped: readonly Dependent[]
  /** Afterwards, in this order. */
  readonly made: readonly Dependent[]
  /** As the schema spells them. */
  readonly names: ReadonlySet<string>
}

interface Planning {
  readonly table: string
  readonly found: Dependents
  readonly said: Readonly<Record<string, string | null>>
}

/** Throws `rebuild-refused` for a name that is none of the table's indexes and triggers, nor of what mentions it. */
export async function planReplacements(api: Asking, planning: Planning): Promise<Replacements> {
  const { found, said } = planning
  const all = [...found.own, ...found.others]
  const named = new Map(Object.entries(said).map(([name, sql]) => [find(name, all, planning), sql]))
  const dropped = found.others.filter((one) => named.has(one) && !standsOnDropped(one, named))
  const onViews = await triggersOn(
    api,
    dropped.filter((one) => one.kind === 'view' && named.get(one) !== null),
  )
  const made = [...found.own, ...dropped.filter((one) => one.kind === 'view'), ...onViews, ...dropped.filter(isTrigger)]
  return {
    dropped,
    made: made.flatMap((one) => madeOf(one, named)),
    names: new Set([...named.keys()].map((one) => one.name)),
  }
}

function find(name: string, all: readonly Dependent[], { table }: Planning): Dependent {
  const found = all.find((one) => isSameName(one.name, name))
  if (found !== undefined) return found
  const known = all.map((one) => one.name)
  const nearest = nearestWord(name, known)
  const help = nearest === null ? `known: ${known.join(', ') || 'none'}` : `did you mean ${nearest}?`
  return refuser(table)(`${name} is no index, trigger or view that belongs to it`, help)
}

type Named = ReadonlyMap<Dependent, string | null>

function madeOf(one: Dependent, named: Named): Dependent[] {
  const said = [...named].find(([other]) => other.kind === one.kind && isSameName(other.name, one.name))
  const sql = said === undefined ? one.sql : said[1]
  return sql === null ? [] : [{ ...one, sql }]
}

function isTrigger({ kind }: Dependent): boolean {
  return kind === 'trigger'
}

/** A trigger goes with its view, and comes back with the view's other triggers. */
function standsOnDropped(one: Dependent, named: Named): boolean {
  return isTrigger(one) && [...named.keys()].some((other) => other.kind === 'view' && isSameName(other.name, one.on))
}

async function triggersOn(api: Asking, views: readonly Dependent[]): Promise<Dependent[]> {
  const triggers: Dependent[] = []
  for (const { name } of views) {
    const rows = await api.query<{ name: string; sql: string }>(
      `SELECT name, sql FROM "main".sqlite_master WHERE type = 'trigger' AND tbl_name = ? ORDER BY rowid`,
      [name],
    )
    triggers.push(...rows.map((row) => ({ kind: 'trigger' as const, name: row.name, on: name, sql: row.sql })))
  }
  return triggers
}
