/** Which documents a command line is about. */

import type { DocumentsChoice } from '../../app/verbs.ts'
import type { Context } from '../command.ts'

interface Said {
  readonly values: { readonly only: readonly string[]; readonly limit: number | null }
}

export function documentsOf({ values: { only, limit } }: Said, { cwd }: Pick<Context, 'cwd'>): DocumentsChoice {
  return { only, limit, workingFolder: cwd }
}
