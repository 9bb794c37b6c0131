/** Dialects of SQL, each as what the splitter must ask about it. A new dialect is an entry here. */

import type { StatementTraits } from '../../core/script.ts'
import type { BodyRule } from './lex/draft.ts'
import type { Head } from './lex/head.ts'
import { code, postgresLexicon, sqliteLexicon, type Lexicon } from './lex/lexicon.ts'
import type { Refusal } from './refuse.ts'
import { backslashStringsAfter, opensAtomic, postgresRefusal, postgresTraits } from './traits/postgres.ts'
import { opensTrigger, sqliteTraits } from './traits/sqlite.ts'

/** The name by which stores ask for a dialect. */
export type SqlDialect = 'postgres' | 'sqlite'

export interface Dialect extends BodyRule {
  readonly lexicon: Lexicon
  /** What the body is, where its END is missing. */
  readonly bodyName: string
  /** Begins a command of the client program: at the beginning of a statement, or wherever it stands. */
  readonly clientSign: { readonly code: number; readonly anywhere: boolean }
  readonly traitsOf: (head: Head) => StatementTraits
  readonly refusalOf: (head: Head) => Refusal | null
  /** Whether plain strings have backslash escapes after this statement. */
  readonly backslashStringsAfter: (head: Head, before: boolean) => boolean
}

/** PGlite speaks `postgres` too. */
export const dialects: Readonly<Record<SqlDialect, Dialect>> = {
  postgres: {
    lexicon: postgresLexicon,
    opensBody: opensAtomic,
    bodyName: 'BEGIN ATOMIC',
    bodyMayBeEmpty: true,
    clientSign: { code: code.backslash, anywhere: true },
    traitsOf: postgresTraits,
    refusalOf: postgresRefusal,
    backslashStringsAfter,
  },
  sqlite: {
    lexicon: sqliteLexicon,
    opensBody: opensTrigger,
    bodyName: 'CREATE TRIGGER',
    bodyMayBeEmpty: false,
    clientSign: { code: code.dot, anywhere: false },
    traitsOf: sqliteTraits,
    refusalOf: () => null,
    backslashStringsAfter: () => false,
  },
}
