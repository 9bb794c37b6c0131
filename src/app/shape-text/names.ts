/** Names and literals of PostgreSQL in statements. */

import { ownNameText, type ShapeObject } from '../../core/shape.ts'
import { splitName } from '../../rehearse/tables.ts'

/** Quoted as SQL, whatever words of the language its parts are. */
export function sqlName(parts: readonly string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}

/** The name of an object of the shape, or of the table that it belongs to. */
export function nameOf(name: string): string {
  return sqlName(splitName(name))
}

export function ownerOf(name: string): string {
  return sqlName(splitName(name).slice(0, -1))
}

export function lastOf(name: string): string {
  return sqlName(splitName(name).slice(-1))
}

/** The last part of its name as the store has it; `number`: of several that share one, where that is not known. */
export function ownNameOf({ name, facts }: Pick<ShapeObject, 'name' | 'facts'>, number = ''): string {
  const told = facts[ownNameText]
  return typeof told === 'string' ? told : `${splitName(name).at(-1) ?? ''}${number}`
}

export function literal(text: unknown): string {
  const escaped = String(text).replaceAll("'", "''")
  return escaped.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`
}

/** The words that are there, with a blank between. */
export function words(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ')
}
