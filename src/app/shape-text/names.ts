/** Names and literals of PostgreSQL in statements. */

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

export function literal(text: unknown): string {
  const escaped = String(text).replaceAll("'", "''")
  return escaped.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`
}

/** The words that are there, with a blank between. */
export function words(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ')
}
