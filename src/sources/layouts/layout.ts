/** What a naming convention answers. One file beside this one for each; a new one is a file and a line in table.ts. */

import type { Body, Direction } from '../../core/migration.ts'
import type { VersionScheme } from '../../core/version.ts'

/** What the name of one file says. */
export interface Part {
  /** As in the name; empty for a repeatable. */
  readonly version: string
  /** The rest of the name, as it is. */
  readonly name: string
  readonly direction: Direction
  readonly repeatable: boolean
  readonly language: Body['language']
}

/** Comment lines by which other tools cut or steer a file. */
export type MarkerFamily = 'dbmate' | 'goose' | 'sql-migrate' | 'sqlx' | 'drizzle'

/** How the versions of new files are made while a folder has none to follow. */
export type FirstVersion = { readonly width: number } | 'timestamp' | 'dashed-timestamp'

export interface NewName {
  readonly version: string
  readonly name: string
  /** `sql`, `cypher` or `ts`. */
  readonly extension: string
  readonly withDown: boolean
}

/** A file to be written: with the text of one direction, or of both in sections. */
export interface NewPath {
  readonly path: string
  readonly holds: Direction | 'both'
}

export interface Layout {
  /** Whether files are looked for in this subfolder (path relative to the folder). */
  readonly enters: (folder: string) => boolean
  /** Reads a path relative to the folder; `null` where it is none of this layout's. */
  readonly match: (path: string) => Part | null
  readonly scheme: (versions: readonly string[]) => VersionScheme
  /** The markers that are its own; any other in its files is `layout-mismatch`. */
  readonly markers: MarkerFamily | null
  /** Up and down share a file, under markers. */
  readonly sections: boolean
  readonly first: FirstVersion
  readonly newPaths: (name: NewName) => readonly NewPath[]
  /** Files that the other tool keeps beside its migrations; nobody needs to be told of them. */
  readonly companion?: RegExp
  /** Whether something beside the file (absolute path) takes it out of its transaction. */
  readonly isOutsideTransaction?: (path: string) => boolean
}

/** A path, taken apart as far as all layouts do. */
export interface PathName {
  /** With a trailing `/`; empty at the top. */
  readonly folder: string
  /** Without the extension. */
  readonly stem: string
  readonly language: Body['language']
}

/** Takes a path apart; `null` where it is neither a script nor a module. */
export function readPath(path: string): PathName | null {
  const found = /^((?:[^/]+\/)*)([^/]+)\.(sql|cypher|ts|mts|js|mjs|cjs)$/.exec(path)
  if (found === null) return null
  const [, folder = '', rest = '', extension = ''] = found
  // `.up..sql` exists in real histories.
  const stem = rest.replace(/\.+$/, '')
  if (stem === '') return null
  if (extension === 'sql' || extension === 'cypher') return { folder, stem, language: extension }
  // A module holds both directions; declarations and tests beside it are none.
  return /\.(d|test|spec|up|down)$/.test(stem) ? null : { folder, stem, language: 'module' }
}

/** Takes a path apart that must be a script at the top of the folder. */
export function readScript(path: string): PathName | null {
  const found = readPath(path)
  return found === null || found.folder !== '' || found.language === 'module' ? null : found
}

/** A stem without its `.up` or `.down`. */
export function readDirection(stem: string): { stem: string; direction: Direction } {
  const found = /^(.*)\.(up|down)$/.exec(stem)
  return found === null
    ? { stem, direction: 'up' }
    : { stem: found[1] ?? '', direction: found[2] === 'down' ? 'down' : 'up' }
}

/** One versioned part, the most frequent answer of `match`. */
export function versioned(
  version: string | undefined,
  name: string | undefined,
  rest: Pick<Part, 'direction' | 'language'>,
): Part {
  return {
    version: version ?? '',
    name: name ?? '',
    direction: rest.direction,
    repeatable: false,
    language: rest.language,
  }
}

/** For layouts whose versions are plain digits. */
export function numeric(): VersionScheme {
  return 'numeric'
}

/** For layouts that keep all files in one folder. */
export function entersNone(): boolean {
  return false
}

/** `0001_x.sql` and, if wanted, `0001_x.down.sql`; a module holds both. */
export function newPair({ version, name, extension, withDown }: NewName): readonly NewPath[] {
  const up: NewPath = { path: `${version}_${name}.${extension}`, holds: 'up' }
  if (extension === 'ts') return [{ ...up, holds: withDown ? 'both' : 'up' }]
  return withDown ? [up, { path: `${version}_${name}.down.${extension}`, holds: 'down' }] : [up]
}

/** `1_x.up.sql` and `1_x.down.sql`. */
export function newUpAndDown({ version, name, extension, withDown }: NewName): readonly NewPath[] {
  const path = (holds: Direction): string => `${version}_${name}.${holds}.${extension}`
  const up: NewPath = { path: path('up'), holds: 'up' }
  return withDown ? [up, { path: path('down'), holds: 'down' }] : [up]
}
