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
        wanted?.on === 'pglite'
          ? scratchInMemory(scratching, wanted.extensions)
          : scratchDatabase(address, { ...scratching, template: 'template0' })
    case 'mysql':
    case 'neo4j':
    case 'documents':
      return null
  }
}

async function scratchFile(scratching: Scratching): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-scratch-'))
  let count = 0
  const make = async (original: string | null): Promise<Scratch> => {
    const path = join(folder, `${++count}.db`)
    // Nothing has it open: a store opens its file for each question and closes it again.
    if (original !== null && existsSync(original)) copyFileSync(original, path)
    const store = await scratching.open({ kind: 'sqlite', path })
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

async function scratchDatabase(
  address: PostgresAddress,
  { template, ...scratching }: Scratching & { readonly template: string },
): Promise<Scratch> {
  const { context, open } = scratching
  const database = `lockstep_scratch_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  await createDatabase(address, { name: database, template, context })
  const store = await open({ ...address, database })
  return {
    store,
    missing: [],
    copy: async () => {
      // A database that somebody is connected to is no template.
      await store.close()
      return await scratchDatabase(address, { ...scratching, template: database })
    },
    drop: async () => {
      await store.close()
      await onServer(address, context, `drop database if exists "${database}" with (force)`)
    },
  }
}

/** Makes a database with the content of another. */
export async function createDatabase(
  address: PostgresAddress,
  { name, template, context }: { name: string; template: string; context: AppContext },
): Promise<void> {
  await onServer(address, context, `create database "${name.replaceAll('"', '""')}" template "${template}"`)
}

/** Runs one statement in the server's own database: one cannot make the database one is in. */
async function onServer(address: PostgresAddress, { holder }: AppContext, text: string): Promise<void> {
  const { runOnServer } = await import('../../stores/postgres/maintenance.ts')
  await runOnServer(address, { text, holder })
}
