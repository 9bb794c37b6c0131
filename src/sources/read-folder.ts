/** A folder of migrations, as its layout tells it: everything but the texts. */

import { LockstepError } from '../core/error.ts'
import { groupOf } from '../core/judge.ts'
import type { Migration } from '../core/migration.ts'
import { compareText, compareVersions, type VersionScheme } from '../core/version.ts'
import { explainEmpty, explainMissing } from './explain-empty.ts'
import { guessLayout } from './guess-layout.ts'
import { readJournal } from './layouts/drizzle.ts'
import { layouts, type LayoutName } from './layouts/table.ts'
import { listEntries } from './list-entries.ts'
import { pairParts } from './pair-parts.ts'
import { placeEntries, type Placed, type Places } from './place-entries.ts'
import { readMigration } from './read-migration.ts'

export interface FolderOptions {
  /** Absolute. */
  readonly folder: string
  /** As the user would name it: relative to the working folder, with `/`. */
  readonly shownAs: string
  readonly layout: LayoutName | 'auto'
  /** Scripts of the other language belong to another store. */
  readonly language: 'sql' | 'cypher'
}

export interface FolderContents {
  /** The one that was asked for, or found. */
  readonly layout: LayoutName
  readonly scheme: VersionScheme
  /** Sorted by scheme, repeatables last by name. Two files of one version are both here: the judge tells of them. */
  readonly migrations: readonly Migration[]
  /** Files that fit no pattern, subfolders (with a `/`) that were not looked into, downs without an up. */
  readonly ignored: readonly string[]
  /** Where sorting by name gives another order than the versions; empty where it does not. */
  readonly fileOrderDiffers: readonly OrderDifference[]
}

/** `file` comes after `after` by version, but not by name. */
export interface OrderDifference {
  readonly file: string
  readonly version: string
  readonly after: string
}

/** Reads a folder. Texts are hashed and forgotten; modules are not loaded. */
export function readFolder(options: FolderOptions): FolderContents {
  explainMissing(options)
  const layout = options.layout === 'auto' ? guessLayout(options) : options.layout
  const place = { ...options, layout }
  const { placed, ignored } = findParts(place)
  if (placed.length === 0) throw explainEmpty(place, ignored)
  const scheme = schemeOf(placed, layout)
  const { pairs, orphans } = pairParts(placed, scheme, options.shownAs)
  const migrations = pairs.map((pair) => readMigration(pair, place)).sort((a, b) => compareMigrations(scheme, a, b))
  return {
    layout,
    scheme,
    migrations,
    ignored: [...ignored, ...orphans].sort(compareText),
    fileOrderDiffers: compareWithNames(migrations, scheme),
  }
}

interface Place extends FolderOptions {
  readonly layout: LayoutName
}

function findParts({ folder, shownAs, language, layout: name }: Place): Places {
  const layout = layouts[name]
  const entries = listEntries({ folder, shownAs, enters: layout.enters })
  const places = placeEntries({ entries, layout, language, shownAs })
  refuseForeignNames(places.ignored, { shownAs, name })
  const listed = name === 'drizzle' ? readJournal(folder, shownAs) : null
  return listed === null ? places : keepListed(places, listed, shownAs)
}

/** Left out in silence, a part of the history would be missing. */
function refuseForeignNames(
  ignored: readonly string[],
  { shownAs, name }: { shownAs: string; name: LayoutName },
): void {
  for (const path of ignored) {
    const file = `${shownAs}/${path}`
    const flyway = name === 'flyway' ? null : /^[VU]\d[\d._]*?__(?=.*\.(?:sql|cypher)$)/.exec(path)
    if (flyway !== null) throw new LockstepError('layout-mismatch', { file, marker: flyway[0], layout: 'flyway' })
    if (name === 'goose' && /^\d+_.*(?<!_test)\.go$/.test(path)) {
      const reason = 'it is a migration in Go, which only a Go program can run'
      throw new LockstepError('file-refused', { file, reason, help: 'write it as SQL' })
    }
  }
}

/** drizzle-kit runs what its journal lists, and nothing else. */
function keepListed({ placed, ignored }: Places, listed: ReadonlySet<string>, shownAs: string): Places {
  const tagOf = ({ path }: Placed): string => path.replace(/(\.down)?\.sql$/, '')
  const there = new Set(placed.filter(({ part }) => part.direction === 'up').map(tagOf))
  const missing = [...listed].find((tag) => !there.has(tag))
  if (missing !== undefined) {
    const file = `${shownAs}/${missing}.sql`
    const reason = 'meta/_journal.json lists it, but there is no such file with a number in front'
    throw new LockstepError('file-refused', { file, reason, help: `bring ${file} back` })
  }
  const unlisted = placed.filter((one) => !listed.has(tagOf(one))).map((one) => one.path)
  return { placed: placed.filter((one) => listed.has(tagOf(one))), ignored: [...ignored, ...unlisted] }
}

function schemeOf(placed: readonly Placed[], name: LayoutName): VersionScheme {
  return layouts[name].scheme(placed.filter(({ part }) => !part.repeatable).map(({ part }) => part.version))
}

function compareMigrations(scheme: VersionScheme, a: Migration, b: Migration): number {
  if (a.repeatable !== b.repeatable) return a.repeatable ? 1 : -1
  const order = a.repeatable ? compareText(a.version, b.version) : compareVersions(scheme, a.version, b.version)
  return order || compareText(a.file, b.file)
}

/** Neighbours are enough: where each comes after the one before, all are in order. */
function compareWithNames(migrations: readonly Migration[], scheme: VersionScheme): OrderDifference[] {
  const versions = migrations.filter((one) => !one.repeatable)
  return versions.flatMap((one, i) => {
    const before = versions[i - 1]
    if (before === undefined || groupOf(scheme, before.version) !== groupOf(scheme, one.version)) return []
    const differs = compareText(before.file, one.file) > 0
    return differs ? [{ file: one.file, version: one.version, after: before.file }] : []
  })
}
