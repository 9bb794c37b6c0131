/** `new`: the files of one migration, with the next version, in the layout of the folders it is for. */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import type { StorePlace } from '../../settings/stores/make-store-settings.ts'
import { guessByNames, guessLayout } from '../../sources/guess-layout.ts'
import { newFiles } from '../../sources/new-files.ts'
import { readFolder } from '../../sources/read-folder.ts'

export interface NewOptions {
  /** What it does, in a few words. */
  readonly name: string
  /** `null`: as the policy of the store says. */
  readonly withDown: boolean | null
  readonly form: 'script' | 'module'
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface WrittenFile {
  readonly store: string
  /** As the user would name it. */
  readonly file: string
}

/** Writes the files of one migration for all of `places`, under one version; overwrites nothing. */
export function newMigration(places: readonly StorePlace[], options: NewOptions): readonly WrittenFile[] {
  const existing = places.flatMap(versionsOf)
  const wanted = places.flatMap((place) => filesFor(place, existing, options))
  // Two stores of one kind may share a folder, and then the file too.
  const files = [...new Map(wanted.map((one) => [one.path, one])).values()]
  const taken = files.find((one) => existsSync(one.path))
  if (taken !== undefined) {
    throw new LockstepError('wrong-arguments', { command: 'new', reason: `${taken.file} is there already` })
  }
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { flag: 'wx' })
  }
  return files.map(({ store, file }) => ({ store, file }))
}

function filesFor(
  place: StorePlace,
  existing: readonly string[],
  { name, withDown, form, now }: NewOptions,
): (WrittenFile & { readonly path: string; readonly text: string })[] {
  const { folder, shownAs } = place.migrations
  const files = newFiles({
    layout: layoutOf(place),
    folder,
    name,
    existing,
    withDown: withDown ?? place.policy.direction !== 'forward-only',
    language: form === 'module' ? 'module' : languageOf(place),
    now,
  })
  return files.map(({ path, text }) => ({
    store: place.name,
    file: `${shownAs}/${relative(folder, path).replaceAll('\\', '/')}`,
    path,
    text,
  }))
}

function layoutOf({ layout, migrations }: StorePlace): Exclude<StorePlace['layout'], 'auto' | null> {
  if (layout === null) return guessByNames(migrations)
  if (layout !== 'auto') return layout
  return hasFiles(migrations.folder) ? guessLayout(migrations) : 'lockstep'
}

/** None in a folder that is not there yet, or is still empty; anything else must be readable. */
function versionsOf(place: StorePlace): string[] {
  const { migrations } = place
  if (!hasFiles(migrations.folder)) return []
  const language = languageOf(place)
  return readFolder({ ...migrations, layout: layoutOf(place), language }).migrations.map((one) => one.version)
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => !name.startsWith('.'))
}

function languageOf({ name, kind }: StorePlace): 'sql' | 'cypher' {
  if (kind === 'documents') throw new LockstepError('kind-unsupported', { store: name, kind })
  return kind === 'neo4j' ? 'cypher' : 'sql'
}

/** The folder of a store that is only a word on the command line. */
export function plainPlace(folder: string, cwd: string): StorePlace['migrations'] {
  const absolute = join(cwd, folder)
  return { folder: absolute, shownAs: relative(cwd, absolute).replaceAll('\\', '/') || '.' }
}
