/** What stops a migration that builds full-text indexes or rebuilds tables of SQLite by `lockstep/sqlite`. */

import { entry } from './entry.ts'

export const sqliteErrors = {
  'fts5-refused': entry<{ index: string; reason: string; help: string }>({
    exit: 2,
    what: (d) => `full-text index ${d.index}: ${d.reason}`,
    why: 'An index that does not fit its table would answer wrongly, and nothing would say so.',
    help: (d) => [d.help],
  }),
  'fts5-stale': entry<{ index: string; table: string }>({
    exit: 1,
    what: (d) => `full-text index ${d.index} does not hold what ${d.table} holds`,
    why: 'Rows were changed past its triggers; the usual integrity checks do not look for that.',
    help: () => [
      'rebuild it in the migration: await index.rebuild(api)',
      'rows that INSERT OR REPLACE takes away fire no trigger: write INSERT ... ON CONFLICT DO UPDATE',
    ],
  }),
  'rebuild-refused': entry<{ table: string; reason: string; help: string }>({
    exit: 2,
    what: (d) => `table ${d.table} cannot be rebuilt: ${d.reason}`,
    why: 'A rebuild copies by the names of columns and keeps what belongs to the table; what is to go must be named.',
    help: (d) => [d.help],
  }),
  'rebuild-differs': entry<{ table: string; reason: string }>({
    exit: 1,
    what: (d) => `the rebuilt table ${d.table} is not what it was: ${d.reason}`,
    why: 'Old and new are compared before anything is committed.',
    help: () => ['mend the migration, then: lockstep up'],
  }),
}
