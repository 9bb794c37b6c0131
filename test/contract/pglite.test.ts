import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { systemClock } from '../../src/app/opening/context.ts'
import { openPglite } from '../../src/stores/pglite/index.ts'
import { contextOf } from '../support/target.ts'
import { describeStore, type Kit } from './describe-store.ts'
import { postgresWords, tablesQuery } from './postgres-words.ts'

describeStore('pglite', () => Promise.resolve(makeKit()))

function makeKit(): Kit {
  const folders: string[] = []
  return {
    fresh: () => {
      const root = mkdtempSync(join(tmpdir(), 'lockstep-pglite-'))
      folders.push(root)
      const folder = join(root, 'data')
      const { holder, signal } = contextOf()
      const opening = { holder, clock: systemClock, signal, waitMs: 8_000, onWait: () => undefined }
      const history = { schema: 'public', table: 'lockstep_migrations' }
      return Promise.resolve({
        words: postgresWords,
        open: () => Promise.resolve(openPglite({ name: 'app', place: 'data', folder, history, opening })),
        tables: () => readTables(folder),
      })
    },
    close: () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

async function readTables(folder: string): Promise<string[]> {
  const database = new PGlite(folder)
  try {
    return (await database.query<{ name: string }>(tablesQuery)).rows.map((row) => row.name)
  } finally {
    await database.close()
  }
}
