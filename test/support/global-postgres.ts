/** One PostgreSQL server for all test files of a vitest project (its `globalSetup`); each test makes its own database. */

import type { TestProject } from 'vitest/node'

import { postgresAvailable, startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the superuser on the shared server; `null` where none could be started. */
    postgresUrl: string | null
  }
}

/** Called by vitest once, before the first test file; what it gives is called after the last. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  if (!postgresAvailable().available) {
    provide('postgresUrl', null)
    return () => Promise.resolve()
  }
  const server = await startPostgres()
  provide('postgresUrl', server.url())
  return () => server.stop()
}
