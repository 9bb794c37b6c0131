/** Statements in an order in which each finds what it names. Pure. */

import { compareText } from '../../core/version.ts'

export interface Item {
  /** As other texts name it: `public.users`. */
  readonly name: string
  readonly statements: readonly string[]
  /** Where it may name others. */
  readonly text: string
  /** Lower ones first, where nothing else decides. */
  readonly rank: number
}

/** Kahn's algorithm by names in texts; in a circle the first by rank and name goes ahead. */
export function inOrderOfNeed(items: readonly Item[]): string[] {
  const waiting = [...items].sort((a, b) => a.rank - b.rank || compareText(a.name, b.name))
  const needs = new Map(waiting.map((one) => [one, needsOf(one, waiting)]))
  const statements: string[] = []
  while (waiting.length > 0) {
    const free = waiting.findIndex((one) => needs.get(one)?.every((other) => !waiting.includes(other)))
    const [next] = waiting.splice(Math.max(0, free), 1)
    statements.push(...(next?.statements ?? []))
  }
  return statements
}

function needsOf(item: Item, items: readonly Item[]): Item[] {
  const named = new Set(
    [...item.text.matchAll(/(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff])+(?:\.(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff])+)+/g)].map(
      ([one]) => plain(one),
    ),
  )
  return items.filter(
    (other) =>
      other !== item && [...named].some((one) => one === plain(other.name) || one.startsWith(`${plain(other.name)}.`)),
  )
}

/** Without quotes, so that both ways of writing a name are the same. */
function plain(name: string): string {
  return name.replaceAll('"', '')
}
