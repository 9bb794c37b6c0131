/** The first configuration of a project, from what it has. */

import { posix } from 'node:path'
import type { Configuration, StoreConfiguration } from '../configuration/configuration.ts'
import type { DetectedKind, DetectedProject } from './detect-project.ts'
import type { DetectedFolder } from './migration-folders.ts'

export type ConfigurationForm = 'typescript' | 'json'

/** The name under which Node loads the text as what it is. */
export function configName({ modules }: DetectedProject, form: ConfigurationForm = 'typescript'): string {
  if (form === 'json') return 'lockstep.config.json'
  // In a package of CommonJS, or of no said type, `.ts` with an `import` is refused or warned about.
  return modules === 'commonjs' ? 'lockstep.config.mts' : 'lockstep.config.ts'
}

/** The text of a configuration that fits the project; with nothing to go by, one SQLite file, which needs no server. */
export function configText(detected: DetectedProject, form: ConfigurationForm = 'typescript'): string {
  const stores = proposeStores(detected)
  if (form === 'json') return `${JSON.stringify({ stores }, null, 2)}\n`
  const lines = Object.entries(stores).map(([name, store]) => `    ${keyOf(name)}: ${objectText(store)},`)
  return [
    "import { defineConfig } from 'lockstep'",
    '',
    'export default defineConfig({',
    '  stores: {',
    ...lines,
    '  },',
    '})',
    '',
  ].join('\n')
}

/** The stores that the project seems to have, by name. */
export function proposeStores(detected: DetectedProject): Configuration['stores'] {
  const proposed = new Map<string, StoreConfiguration>()
  const add = (name: string, store: StoreConfiguration): void => {
    if (!proposed.has(name)) proposed.set(name, store)
  }
  for (const kind of serversOf(detected))
    add(kind === 'neo4j' ? 'graph' : proposed.has('app') ? kind : 'app', serverOf(kind, detected))
  // A SQLite address in DATABASE_URL is one of these files already.
  if (detected.databaseUrl?.kind !== 'sqlite') {
    for (const path of detected.sqliteFiles) add(storeName(path), { kind: 'sqlite', path })
  }
  if (proposed.size === 0) add('app', { kind: 'sqlite', path: 'app.db' })
  return withFolders(proposed, detected.folders)
}

type Server = 'postgres' | 'mysql' | 'neo4j' | 'sqlite' | 'pglite'

/** The kind of DATABASE_URL first, then what the packages and the compose file speak of. */
function serversOf({ databaseUrl, drivers, services }: DetectedProject): Server[] {
  const spokenOf = [...services.map((one) => one.kind), ...drivers.map((one) => one.kind)]
  const servers = spokenOf.filter((kind): kind is 'postgres' | 'mysql' | 'neo4j' =>
    ['postgres', 'mysql', 'neo4j'].includes(kind),
  )
  return [...new Set([...(isServer(databaseUrl?.kind) ? [databaseUrl.kind] : []), ...servers])]
}

function isServer(kind: DetectedKind | null | undefined): kind is Server {
  return kind !== null && kind !== undefined && kind !== 'documents'
}

function serverOf(kind: Server, { databaseUrl }: DetectedProject): StoreConfiguration {
  if (databaseUrl?.kind === kind) return { kind, url: 'env:DATABASE_URL' }
  switch (kind) {
    case 'postgres':
      return { kind, url: databaseUrl === null ? 'env:DATABASE_URL' : 'env:POSTGRES_URL' }
    case 'mysql':
      return { kind, url: 'env:MYSQL_URL' }
    case 'neo4j':
      return { kind, url: 'env:NEO4J_URL', user: 'env:NEO4J_USER', password: 'env:NEO4J_PASSWORD' }
    case 'sqlite':
    case 'pglite':
      return { kind, url: 'env:DATABASE_URL' }
  }
}

/** `data/auth.db` is `auth`. */
function storeName(path: string): string {
  const name = posix
    .basename(path)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^\w.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
  return name === '' ? 'app' : name.slice(0, 63)
}

/** A folder named after a store is that store's; what is left goes to the first store of its language. */
function withFolders(
  stores: ReadonlyMap<string, StoreConfiguration>,
  folders: readonly DetectedFolder[],
): Configuration['stores'] {
  const usable = folders.filter((folder) => folder.layout !== null)
  const named = new Map(
    usable.flatMap((folder) =>
      stores.has(posix.basename(folder.path)) ? [[posix.basename(folder.path), folder] as const] : [],
    ),
  )
  const left = usable.filter((folder) => ![...named.values()].includes(folder))
  const entries = [...stores].map(([name, store]): [string, StoreConfiguration] => {
    const language = store.kind === 'neo4j' ? 'cypher' : 'sql'
    const at = left.findIndex((folder) => folder.languages.includes(language))
    const folder = named.get(name) ?? (at === -1 ? undefined : left.splice(at, 1)[0])
    return [name, folder === undefined ? store : withFolder(name, store, { folder, alone: stores.size === 1 })]
  })
  return Object.fromEntries(entries)
}

function withFolder(
  name: string,
  store: StoreConfiguration,
  { folder, alone }: { folder: DetectedFolder; alone: boolean },
): StoreConfiguration {
  const usual = folder.path === `migrations/${name}` || (alone && folder.path === 'migrations')
  const layout = folder.layout === null || folder.layout === 'lockstep' ? {} : { layout: folder.layout }
  return { ...store, ...(usual ? {} : { migrations: folder.path }), ...layout }
}

function objectText(value: object): string {
  const fields = Object.entries(value).map(([key, one]) => `${keyOf(key)}: ${quoted(String(one))}`)
  return `{ ${fields.join(', ')} }`
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
