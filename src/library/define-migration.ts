/** Gives an editor the types of a migration in code; changes nothing. */

import type { CodeMigration } from '../core/ports.ts'

export function defineMigration(migration: CodeMigration): CodeMigration {
  return migration
}
