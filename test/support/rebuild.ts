/** Rebuilds one table of a fresh SQLite file, as a migration in code would. */

import { rebuildTable, type RebuildSpec, type Rebuilt } from '../../src/sqlite-tools/rebuild.ts'
import { runCode } from './sqlite-code.ts'
import { freshPath, prepare, rowsIn } from './sqlite.ts'

/** The path of a new file that holds this. */
export function database(text: string): string {
  const path = freshPath()
  prepare(path, text)
  return path
}

/** What was rebuilt, and what was said meanwhile. */
export async function rebuild(
  path: string,
  table: string,
  spec: RebuildSpec,
): Promise<Rebuilt & { log: readonly string[] }> {
  let rebuilt: Rebuilt | null = null
  const log = await runCode(path, async (api) => (rebuilt = await rebuildTable(api, table, spec)))
  if (rebuilt === null) throw new Error('it did not run')
  return { ...(rebuilt as Rebuilt), log }
}

/** Every object, with its text. */
export const schemaOf = (path: string) =>
  rowsIn(path, 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2')
