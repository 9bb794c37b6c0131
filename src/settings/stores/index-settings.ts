/** Where the table of a corpus is, and what its columns are. */

import type { Address, IndexRule } from '../../core/address.ts'
import { LockstepError } from '../../core/error.ts'
import type { Variables } from '../address/outside.ts'
import { realOutside } from '../address/outside.ts'
import { parseAddress } from '../address/parse-address.ts'
import { placeOf } from '../address/place.ts'
import { maskAddress } from '../address/refuse.ts'
import type { IndexConfiguration } from '../configuration/configuration.ts'

interface Around {
  readonly cwd: string
  /** Where relative paths of the configuration start. */
  readonly folder: string
  readonly environment: { readonly values: Variables }
}

/**
 * The rule that a configuration means. A variable that is missing stops nobody here: everything but `reindex` works
 * without a database.
 */
export function indexRule(store: string, said: IndexConfiguration, around: Around): IndexRule {
  const { table, key = ['document'], read = 'latest' } = said
  const address = addressOf(said.url, around)
  const usualSchema = address?.kind === 'sqlite' ? null : 'public'
  return {
    address,
    reference: maskAddress(said.url),
    place: address === null ? maskAddress(said.url) : placeOf(address, around.cwd),
    schema: said.schema ?? usualSchema,
    table,
    key: expectColumns(store, key, said),
    read,
    columns: Object.entries(said.columns).map(([name, one]) => ({
      name,
      at: one.at ?? name,
      type: one.type,
      needed: one.needed === true || key.includes(name),
      default: one.default ?? null,
      indexed: one.indexed === true,
    })),
  }
}

function addressOf(url: string, { environment, folder }: Around): IndexRule['address'] {
  const text = url.startsWith('env:') ? (environment.values[url.slice('env:'.length).trim()] ?? '') : url
  return text === '' ? null : expectKind(parseAddress(text, realOutside(environment.values, folder)).address, text)
}

function expectKind(address: Address, text: string): NonNullable<IndexRule['address']> {
  switch (address.kind) {
    case 'postgres':
    case 'sqlite':
    case 'pglite':
      return address
    case 'mysql':
    case 'neo4j':
    case 'documents': {
      const reason = 'a table of documents is built in SQLite, PGlite or PostgreSQL'
      throw new LockstepError('url-invalid', { url: maskAddress(text), reason })
    }
  }
}

function expectColumns(store: string, key: readonly string[], { columns }: IndexConfiguration): readonly string[] {
  const strange = key.filter((name) => name !== 'document' && !Object.hasOwn(columns, name))
  if (strange.length === 0 && key.length > 0) return key
  const faults = key.length === 0 ? ['names no column'] : strange.map((name) => `names ${name}, which is no column`)
  const file = 'the configuration'
  throw new LockstepError('configuration-invalid', {
    file,
    faults: faults.map((one) => `stores.${store}.index.key ${one}`),
  })
}
