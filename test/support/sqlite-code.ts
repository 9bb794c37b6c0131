/** Runs a function as the code of a migration does: in one transaction of a SQLite file, through the real session. */

import type { MigrationApi } from '../../src/core/ports.ts'
import { unitOf, withSession } from './sqlite.ts'

/** Everything of `run` or nothing; gives what it logged. */
export async function runCode(path: string, run: (api: MigrationApi) => Promise<unknown>): Promise<readonly string[]> {
  const logged: string[] = []
  await withSession(path, async (session) => {
    const code = async (api: MigrationApi): Promise<void> => {
      await run({ ...api, log: (message) => void logged.push(message) })
    }
    await session.runTogether(unitOf([{ kind: 'code', run: code, file: 'V1.ts' }]))
  })
  return logged
}
