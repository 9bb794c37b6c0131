/** Folders of migrations that are there already, whoever made them. */

import { join } from 'node:path'
import type { LayoutName } from '../configuration/configuration.ts'
import type { Walked } from './walk.ts'

/** Which layout the files of a folder have; the part that reads them knows. */
export type GuessLayout = (place: { readonly folder: string; readonly shownAs: string }) => LayoutName

export interface DetectedFolder {
  /** Relative to the working folder, with `/`. */
  readonly path: string
  /** `null`: another tool's code, which cannot be taken over as it is. */
  readonly layout: LayoutName | null
  /** Migrations in it, by their names. */
  readonly files: number
  /** How the files are written; a shared folder may hold both. */
  readonly languages: readonly ('sql' | 'cypher')[]
  /** The tool that they belong to, where only its code is there. */
  readonly tool: 'alembic' | 'code' | null
}

/** Names that tools give such a folder. */
const usualNames = /^(?:migrations?|migrate|drizzle|versions)$/

/** Every folder that is called like one and holds migrations, the shallowest first. */
export function findMigrationFolders(cwd: string, walked: Walked, guessLayout: GuessLayout): DetectedFolder[] {
  const candidates = walked.folders.filter((path) => {
    const names = path.split('/')
    // migrations/app, migrations/auth: one folder for each store.
    return usualNames.test(names.at(-1) ?? '') || names.at(-2) === 'migrations'
  })
  const found = candidates.flatMap((path) => folderOf(path, { cwd, walked, guessLayout }) ?? [])
  return found.filter(({ path }) => !found.some((other) => path.startsWith(`${other.path}/`)))
}

interface Looking {
  readonly cwd: string
  readonly guessLayout: GuessLayout
  readonly walked: Walked
}

function folderOf(path: string, { cwd, walked, guessLayout }: Looking): DetectedFolder | null {
  const below = walked.files.filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1))
  const scripts = below.filter(isScript)
  if (scripts.length > 0) {
    const languages = (['sql', 'cypher'] as const).filter((ending) =>
      scripts.some((file) => file.endsWith(`.${ending}`)),
    )
    const ups = scripts.filter((file) => !/(?:^|[./])down\.(?:sql|cypher)$/.test(file))
    return {
      path,
      layout: guessLayout({ folder: join(cwd, path), shownAs: path }),
      files: ups.length,
      languages,
      tool: null,
    }
  }
  const python = below.filter((file) => /^[^/]+\.py$/.test(file) && !file.startsWith('__'))
  if (python.length > 0 && path.endsWith('versions')) return codeOf(path, python, 'alembic')
  const code = below.filter((file) => /^\d[^/]*\.[cm]?[jt]s$/.test(file))
  return code.length === 0 ? null : codeOf(path, code, 'code')
}

function codeOf(path: string, files: readonly string[], tool: 'alembic' | 'code'): DetectedFolder {
  return { path, layout: null, files: files.length, languages: [], tool }
}

/** `0001_x.sql`, `V1__x.cypher`, `20240101_x/migration.sql`, `20240101_x/up.sql`. */
function isScript(file: string): boolean {
  return /^(?:[^/]*\d[^/]*|R__[^/]*)\.(?:sql|cypher)$/.test(file) || /^\d[^/]*\/(?:migration|up|down)\.sql$/.test(file)
}
