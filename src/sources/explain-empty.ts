/** Why a folder gives no migrations, and what is probably meant. */

import { existsSync, readdirSync, statSync, type Dirent } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LockstepError } from '../core/error.ts'
import { nearestWord } from '../core/nearest.ts'
import { guessLayout, type Folder } from './guess-layout.ts'
import { layouts, type LayoutName } from './layouts/table.ts'

/** Throws `not-a-migration-folder` where there is no folder, with the nearest name beside it. */
export function explainMissing({ folder, shownAs }: Folder): void {
  if (existsSync(folder)) {
    if (statSync(folder).isDirectory()) return
    throw new LockstepError('not-a-migration-folder', { folder: shownAs, reason: 'it is no folder' })
  }
  const siblings = foldersIn(dirname(folder))
  const nearest = nearestWord(basename(folder), siblings)
  const reason = 'it does not exist'
  if (nearest === null) throw new LockstepError('not-a-migration-folder', { folder: shownAs, reason })
  const parent = shownAs.includes('/') ? shownAs.slice(0, shownAs.lastIndexOf('/') + 1) : ''
  throw new LockstepError('not-a-migration-folder', {
    folder: shownAs,
    reason,
    hint: `did you mean ${parent}${nearest}?`,
  })
}

export interface EmptyFolder extends Folder {
  readonly layout: LayoutName
  readonly language: 'sql' | 'cypher'
}

/** The error for a folder in which nothing fits. */
export function explainEmpty(empty: EmptyFolder, ignored: readonly string[]): LockstepError {
  const { reason, hint } = adviseOn(empty, ignored)
  const details = { folder: empty.shownAs, reason }
  return new LockstepError('not-a-migration-folder', hint === null ? details : { ...details, hint })
}

interface Advice {
  readonly reason: string
  readonly hint: string | null
}

function adviseOn(empty: EmptyFolder, ignored: readonly string[]): Advice {
  const { folder, shownAs, layout, language } = empty
  const other = guessLayout(empty)
  if (other !== layout && fits(other, empty)) {
    return { reason: `no file fits the layout ${layout}`, hint: `its files look like layout: '${other}'` }
  }
  const names = readdirSync(folder)
  const foreign = language === 'sql' ? '.cypher' : '.sql'
  if (names.some((name) => name.endsWith(foreign))) {
    return { reason: `it holds ${foreign} files, which are for another kind of store`, hint: null }
  }
  const below = foldersIn(folder).filter((name) => holdsScripts(join(folder, name)))
  if (below.length > 0) {
    const shown = below.slice(0, 3).map((name) => `${shownAs}/${name}`)
    return {
      reason: `no file fits the layout ${layout}, but it has folders that hold some`,
      hint: `perhaps: ${shown.join(', ')}`,
    }
  }
  if (ignored.length === 0) return { reason: 'it is empty', hint: null }
  return { reason: `no file fits the layout ${layout} (there are: ${ignored.slice(0, 3).join(', ')})`, hint: null }
}

function fits(layout: LayoutName, { folder }: Folder): boolean {
  const { match, enters } = layouts[layout]
  return listNames(folder, enters).some((path) => match(path) !== null)
}

function listNames(folder: string, enters: (folder: string) => boolean): string[] {
  const below = foldersIn(folder).filter(enters)
  return [
    ...readdirSync(folder),
    ...below.flatMap((name) => readdirSync(join(folder, name)).map((one) => `${name}/${one}`)),
  ]
}

function holdsScripts(folder: string): boolean {
  return readdirSync(folder).some((name) => /\.(sql|cypher)$/.test(name))
}

function foldersIn(folder: string): string[] {
  return readNames(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
}

function readNames(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return [] // only a hint hangs on it
  }
}
