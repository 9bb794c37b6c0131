/** An address in one word: its form says of which kind the store is. */

import { fileURLToPath } from 'node:url'
import { resolve } from 'node:path'
import type { Address, Neo4jAddress, PgliteAddress, SqliteAddress } from '../../core/address.ts'
import { nearestWord } from '../../core/nearest.ts'
import { makeSecret } from '../../core/secret.ts'
import { isConninfo } from '../libpq/conninfo.ts'
import { readLibpq } from '../libpq/libpq.ts'
import { readMysql } from './mysql.ts'
import type { Outside } from './outside.ts'
import { decodePercent } from './percent.ts'
import { refuse } from './refuse.ts'

export interface ParsedAddress {
  readonly address: Address
  readonly warnings: readonly string[]
}

const forms = 'postgres://..., mysql://..., bolt://..., neo4j://..., sqlite:app.db, pglite:./data'
const schemes = ['postgres', 'postgresql', 'mysql', 'mariadb', 'bolt', 'neo4j', 'sqlite', 'sqlite3', 'pglite', 'file']

/** Reads an address of any kind; what no kind understands is refused with the nearest one's name. */
export function parseAddress(text: string, outside: Outside): ParsedAddress {
  const address = text.trim()
  if (address === '') refuse(text, 'it is empty')
  if (isConninfo(address)) return readLibpq(address, outside)
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      if (!/^\w+:\/\//.test(address)) refuse(text, `it begins ${scheme}://`)
      return readLibpq(address, outside)
    case 'mysql':
    case 'mariadb':
      return plain(readMysql(address, outside))
    case 'bolt':
    case 'bolt+s':
    case 'bolt+ssc':
    case 'neo4j':
    case 'neo4j+s':
    case 'neo4j+ssc':
      return plain(readNeo4j(address))
    case 'sqlite':
    case 'sqlite3':
      return plain(readSqlite(address, address.slice(scheme.length + 1), outside))
    case 'file':
      return plain(readSqliteUri(address, outside))
    case 'pglite':
      return plain(readPglite(address.slice('pglite:'.length), outside))
    case undefined:
      if (isSqliteName(address)) return plain({ kind: 'sqlite', path: resolve(outside.folder, address) })
      return refuse(text, `an address is one of ${forms}; a file of SQLite ends in .db, .sqlite or .sqlite3`)
    default:
      return refuse(text, unknownForm(scheme))
  }
}

/** A path that needs no scheme. */
export function isSqliteName(path: string): boolean {
  return /\.(?:db|sqlite|sqlite3)$/i.test(path)
}

function plain(address: Address): ParsedAddress {
  return { address, warnings: [] }
}

function unknownForm(scheme: string): string {
  if (scheme === 'jdbc') return 'that is an address for Java; leave out "jdbc:"'
  // `postgresql+asyncpg:`: the kind is one of the words.
  const word = scheme.split('+').find((part) => schemes.includes(part)) ?? nearestWord(scheme, schemes)
  return `there is no kind "${scheme}"; ${word === null ? `an address is one of ${forms}` : `did you mean "${word}"?`}`
}

function readSqlite(text: string, path: string, outside: Outside): SqliteAddress {
  if (path === ':memory:') return { kind: 'sqlite', path: null }
  if (path === '') refuse(text, 'it names no file')
  if (path.includes('?')) refuse(text, 'parameters are not used; the connection is set up by Lockstep')
  // SQLAlchemy reads three slashes as a relative path, others as an absolute one: nobody could tell what is meant.
  if (/^\/\/\/?[^/]/.test(path))
    refuse(text, 'with "//" tools differ in what it means: write sqlite:app.db or sqlite:/folder/app.db')
  return { kind: 'sqlite', path: resolve(outside.folder, path.replace(/^\/{2,}/, '/')) }
}

/** SQLite's own `file:` addresses, which are percent-encoded. */
function readSqliteUri(text: string, outside: Outside): SqliteAddress {
  const path = text.slice('file:'.length)
  if (/[?#]/.test(path)) refuse(text, 'parameters are not used; the connection is set up by Lockstep')
  try {
    if (path.startsWith('//')) return { kind: 'sqlite', path: fileURLToPath(text) }
    const decoded = decodeURIComponent(path)
    if (decoded === '') refuse(text, 'it names no file')
    return { kind: 'sqlite', path: decoded === ':memory:' ? null : resolve(outside.folder, decoded) }
  } catch (error) {
    return refuse(text, error instanceof Error ? error.message : String(error))
  }
}

function readPglite(path: string, outside: Outside): PgliteAddress {
  const memory = path === 'memory' || path === ':memory:' || path === 'memory://' || path === '//memory'
  if (path === '' || (!memory && path.startsWith('//')))
    refuse(`pglite:${path}`, 'it names no folder: write pglite:./data')
  return { kind: 'pglite', path: memory ? null : resolve(outside.folder, path) }
}

function readNeo4j(text: string): Neo4jAddress {
  const [, scheme = '', user, password, place = '', database = '', query = ''] =
    /^([a-z0-9+]+:\/\/)(?:([^@/:]*)(?::([^@/]*))?@)?([^/?]*)(?:\/([^?]*))?(\?.*)?$/i.exec(text) ?? []
  if (scheme === '' || place === '' || place.includes('@')) {
    refuse(text, 'it is read as bolt://host:7687/database; "@" and "/" in a password are written %40 and %2F')
  }
  if (query !== '' && scheme.toLowerCase().startsWith('bolt')) refuse(text, 'bolt addresses have no parameters')
  return {
    kind: 'neo4j',
    url: `${scheme.toLowerCase()}${place}${query}`,
    user: user === undefined || user === '' ? null : decodePercent(text, user),
    password: password === undefined || password === '' ? null : makeSecret(decodePercent(text, password)),
    database: database === '' ? null : decodePercent(text, database),
  }
}
