/** Tests that need a real PostgreSQL: a missing one is a loud skip on a desk and a failure in CI. */

import { afterAll, beforeAll, describe, inject, test } from 'vitest'

import { createDatabase, postgresAvailable, startPostgres } from './postgres.ts'
import type { TestServer } from './postgres.ts'

export interface Databases {
  /** URL of a new, empty database. */
  create(name?: string): Promise<string>
  /** URL of the superuser in the database `postgres`. */
  adminUrl(): string
}

/** Uses the server that `global-postgres.ts` shares, or one for this file alone. */
export function describeWithPostgres(name: string, body: (databases: Databases) => void): void {
  const found = postgresAvailable()
  if (!found.available) return missing(name, found.reason)
  describe(name, () => {
    const shared = inject('postgresUrl') as string | null | undefined
    let own: TestServer | null = null
    const adminUrl = (): string => shared ?? own?.url() ?? ''
    if (typeof shared !== 'string') {
      beforeAll(async () => {
        own = await startPostgres()
      })
      afterAll(() => own?.stop())
    }
    body({ adminUrl, create: (database) => createDatabase(adminUrl(), database) })
  })
}

function missing(name: string, reason: string): void {
  if (process.env['CI'] === 'true') {
    test(name, () => {
      throw new Error(`this needs PostgreSQL: ${reason}`)
    })
    return
  }
  console.warn(`SKIPPED, ${name}: ${reason}`)
  describe.skip(name, () => {
    test('needs PostgreSQL', () => undefined)
  })
}
