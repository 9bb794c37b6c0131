/** Which layout a folder has, from its names and, where those leave it open, from the heads of some files. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { journalPath } from './layouts/drizzle.ts'
import { golangMigrate } from './layouts/golang-migrate.ts'
import { layouts, type LayoutName } from './layouts/table.ts'
import { listEntries } from './list-entries.ts'
import { searchMarkers } from './text/markers.ts'
import { readText } from './text/read-text.ts'

export interface Folder {
  /** Absolute. */
  readonly folder: string
  /** As the user would name it. */
  readonly shownAs: string
}

/** The layout that fits, by names and then by markers; `lockstep` where nothing speaks for another. */
export function guessLayout(where: Folder): LayoutName {
  const paths = pathsOf(where)
  const byName = fromNames(paths, where)
  if (byName !== 'lockstep' && byName !== 'golang-migrate') return byName
  return guessByMarkers(scriptsOf(paths), where) ?? byName
}

/**
 * The layout that the names alone tell. Whoever has said nothing gets this one: a file with the markers of another tool
 * is then refused by name, since what it means should be said and not guessed.
 */
export function guessByNames(where: Folder): LayoutName {
  return existsSync(where.folder) ? fromNames(pathsOf(where), where) : 'lockstep'
}

function pathsOf(where: Folder): string[] {
  // One level down: prisma and diesel keep a folder for each migration.
  const entries = listEntries({ ...where, enters: (folder) => /^\d/.test(folder) })
  return entries.filter((entry) => entry.is === 'file').map((entry) => entry.path)
}

function fromNames(paths: readonly string[], { folder }: Folder): LayoutName {
  const has = (layout: LayoutName, pattern: RegExp): boolean =>
    paths.some((path) => pattern.test(path) && layouts[layout].match(path) !== null)
  if (existsSync(join(folder, journalPath))) return 'drizzle'
  if (has('prisma', /\/migration\.sql$/)) return 'prisma'
  if (has('diesel', /\/up\.(sql|cypher)$/)) return 'diesel'
  if (has('flyway', /^V[^/]*$/)) return 'flyway'
  return isGolangMigrate(scriptsOf(paths)) ? 'golang-migrate' : 'lockstep'
}

function scriptsOf(paths: readonly string[]): string[] {
  return paths.filter((path) => /^\d[^/]*\.(sql|cypher)$/.test(path))
}

function isGolangMigrate(scripts: readonly string[]): boolean {
  const isUp = (path: string): boolean => /\.up\.+(sql|cypher)$/.test(path)
  return scripts.some(isUp) && scripts.every((path) => golangMigrate.match(path) !== null)
}

/** Files that are looked into; one that is not and says otherwise is refused when it is read, by name. */
const sampleSize = 20

function guessByMarkers(scripts: readonly string[], { folder, shownAs }: Folder): LayoutName | null {
  const step = Math.max(1, Math.ceil(scripts.length / sampleSize))
  for (let i = 0; i < scripts.length; i += step) {
    const path = scripts[i] ?? ''
    const found = layoutOfMarkers({ path: join(folder, path), file: `${shownAs}/${path}` })
    if (found !== null) return found
  }
  return null
}

function layoutOfMarkers(file: { path: string; file: string }): LayoutName | null {
  const search = searchMarkers('sql')
  for (const chunk of readText(file)) {
    search.add(chunk)
    break
  }
  for (const { family, start } of search.finish()) {
    if (family === 'dbmate' || family === 'goose') return family
    if (family === 'sqlx' && start === 0) return family
  }
  return null
}
