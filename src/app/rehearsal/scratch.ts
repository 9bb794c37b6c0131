/** Scratch stores: a database beside the real one, a file in the temporary folder, PGlite in memory; each can be copied. */

import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address, PostgresAddress } from '../../core/address.ts'
import type { Store } from '../../core/ports.ts'
import type { AppContext } from '../opening/context.ts'
import type { Scratch, ScratchWanted } from '../opening/target.ts'

export interface Scratching {
  readonly name: string
  readonly place: string
  readonly history: { readonly schema: string; readonly table: string }
  /** One that tells nobody what it is told. */
  readonly open: (address: Address) => Promise<Store>
  readonly context: AppContext
}

/** What makes fresh stores of this kind; `null` where there is none. */
export function scratchOf(
  address: Address,
  scratching: Scratching,
): ((wanted?: ScratchWanted) => Promise<Scratch>) | null {
  switch (address.kind) {
    case 'sqlite':
      return () => Promise.resolve(scratchFile(scratching))
    case 'pglite':
      return (wanted) => scratchInMemory(scratching, wanted?.extensions ?? [])
    case 'postgres':
      return (wanted) =>
        wanted?.on === 'pglite' ? scratchInMemory(scratching, wanted.extensions) : scratchDatabases(address, scratching)
    case 'mysql':
    case 'neo4j':
    case 'documents':
      return null
  }
}

async function scratchFile({ name, place, history, context }: Scratching): Promise<Scratch> {
  const { openSqlite } = await import('../../stores/sqlite/index.ts')
  const { clock, uninterrupted } = context
  const onNotice = (): void => undefined
  const options = { name, place, history, clock, uninterrupted, onNotice, durability: 'none' as const }
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-scratch-'))
  let count = 0
  const make = async (original: string | null): Promise<Scratch> => {
    const path = join(folder, `${++count}.db`)
    // Nothing has it open: a store opens its file for each question and closes it again.
    if (original !== null && existsSync(original)) copyFileSync(original, path)
    const store = await openSqlite({ ...options, path })
    const files = original === null ? [folder] : [path, `${path}.lockstep-lock`]
    return {
      store,
      missing: [],
      copy: () => make(path),
      drop: async () => {
        await store.close()
        for (const file of files) rmSync(file, { recursive: true, force: true })
      },
    }
  }
  return await make(null)
}

async function scratchInMemory(
  { name, place, history, context }: Scratching,
  extensions: readonly string[],
): Promise<Scratch> {
  const { openPgliteScratch } = await import('../../stores/pglite/scratch.ts')
  const { clock, holder, signal } = context
  const opening = { holder, clock, signal, waitMs: 0, onWait: () => undefined }
  return await openPgliteScratch({ name, place, history, opening }, extensions)
}

/** One connection makes and drops all databases. */
async function scratchDatabases(address: PostgresAddress, { open, context }: Scratching): Promise<Scratch> {
  const { connectToServer } = await import('../../stores/postgres/maintenance.ts')
  const server = await connectToServer(address, context.holder)
  // What is lost with the server's memory is made anew.
  const options = `${address.options} -c synchronous_commit=off`.trim()
  const make = async (template: string): Promise<Scratch> => {
    const database = `lockstep_scratch_${randomUUID().replaceAll('-', '').slice(0, 12)}`
    await server.run(createText(database, template))
    const store = await open({ ...address, options, database })
    return {
      store,
      missing: [],
      copy: async () => {
        // A database that somebody is connected to is no template.
        await store.close()
        return await make(database)
      },
      drop: async () => {
        await store.close()
        await server.run(`drop database if exists ${quoted(database)} with (force)`)
      },
    }
  }
  try {
    const first = await make('template0')
    const drop = async (): Promise<void> => {
      try {
        await first.drop()
      } finally {
        await server.close()
      }
    }
    return { ...first, drop }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** Makes a database with the content of another. */
export async function createDatabase(
  address: PostgresAddress,
  { name, template, context }: { name: string; template: string; context: AppContext },
): Promise<void> {
  // One cannot make the database one is in.
  const { runOnServer } = await import('../../stores/postgres/maintenance.ts')
  await runOnServer(address, { text: createText(name, template), holder: context.holder })
}

function createText(name: string, template: string): string {
  return `create database ${quoted(name)} template ${quoted(template)}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
