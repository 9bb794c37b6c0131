/** PGlite in memory, to try things out: with the extensions that are asked for, and copied as a whole. */

import { isBuiltin } from 'node:module'
import { LockstepError } from '../../core/error.ts'
import type { Store } from '../../core/ports.ts'
import { pglitePackage, pgliteVersion, type PgliteLike } from './client.ts'
import { openPglite, type PgliteOptions } from './index.ts'

export interface PgliteScratch {
  readonly store: Store
  /** Extensions that no installed package has, and what would bring them. */
  readonly missing: readonly { readonly name: string; readonly remedy: string }[]
  /** Another one that holds the same. */
  copy(): Promise<PgliteScratch>
  drop(): Promise<void>
}

interface ScratchDatabase extends PgliteLike {
  readonly waitReady: Promise<void>
  dumpDataDir(compression: 'none'): Promise<Blob>
}

interface Loaded {
  readonly name: string
  readonly extension: unknown
}

export async function openPgliteScratch(
  options: Omit<PgliteOptions, 'folder' | 'client'>,
  names: readonly string[],
): Promise<PgliteScratch> {
  const found = await Promise.all([...new Set(names)].map(loadExtension))
  const loaded = found.filter((one): one is Loaded => 'extension' in one)
  const missing = found.filter((one) => 'remedy' in one)
  const make = async (content: Blob | null): Promise<PgliteScratch> => {
    const database = await makeDatabase(loaded, content)
    const store = openPglite({ ...options, folder: null, client: database })
    return {
      store,
      missing,
      copy: async () => make(await database.dumpDataDir('none')),
      drop: async () => {
        await store.close()
        await database.close()
      },
    }
  }
  return await make(null)
}

async function makeDatabase(loaded: readonly Loaded[], content: Blob | null): Promise<ScratchDatabase> {
  const { PGlite } = (await load(pglitePackage)) as { PGlite: new (options: object) => ScratchDatabase }
  const extensions = Object.fromEntries(loaded.map((one) => [one.name, one.extension]))
  const database = new PGlite({ extensions, ...(content === null ? {} : { loadDataDir: content }) })
  await database.waitReady
  return database
}

/** What the server brings along without a package. */
const builtIn: ReadonlySet<string> = new Set(['plpgsql'])

async function loadExtension(name: string): Promise<Loaded | { name: string; remedy: string } | { name: string }> {
  if (builtIn.has(name) || isBuiltin(name) || !/^[\w-]+$/.test(name)) return { name }
  const key = name.replaceAll('-', '_')
  const own = name === 'vector' ? `${pglitePackage}-pgvector` : `${pglitePackage}-${key}`
  for (const place of [`${pglitePackage}/contrib/${key}`, own, `${pglitePackage}/${key}`]) {
    const extension = await import(place).then(
      (module: Record<string, unknown>) => module[key] ?? null,
      () => null, // not installed: the next place, or the remedy
    )
    if (extension !== null) return { name: key, extension }
  }
  return {
    name,
    remedy: name === 'vector' ? `npm install --save-dev ${own}` : `a server that has the extension ${name}`,
  }
}

async function load(name: string): Promise<unknown> {
  try {
    return await import(name)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const details = { kind: 'pglite', package: pglitePackage, version: pgliteVersion }
    throw new LockstepError('driver-missing', details, { cause: error })
  }
}
