/** `0000_x.sql`, as listed in `meta/_journal.json`; what the journal does not list is not run. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import { entersNone, newPair, numeric, readDirection, readScript, versioned, type Layout } from './layout.ts'

/** Where drizzle-kit keeps its list. */
export const journalPath = 'meta/_journal.json'

export const drizzle: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readScript(path)
    if (found?.language !== 'sql') return null
    const { stem, direction } = readDirection(found.stem)
    const name = /^(\d+)_(.*)$/.exec(stem)
    return name === null ? null : versioned(name[1], name[2], { direction, language: found.language })
  },
  scheme: numeric,
  markers: 'drizzle',
  sections: false,
  first: { width: 4 },
  newPaths: newPair,
  companion: /^meta\/$/,
}

/** The names (without `.sql`) that the journal lists; `null` where there is no journal. */
export function readJournal(folder: string, shownAs: string): ReadonlySet<string> | null {
  const file = `${shownAs}/${journalPath}`
  const text = readJournalText(join(folder, journalPath))
  if (text === null) return null
  const tags = tagsOf(parseJson(text))
  if (tags === null) throw new LockstepError('file-refused', { file, reason: 'it is not a journal of drizzle-kit' })
  return new Set(tags)
}

function readJournalText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null // told as "not a journal", with its name
  }
}

function tagsOf(journal: unknown): readonly string[] | null {
  const entries = (journal as { entries?: unknown } | null)?.entries
  if (!Array.isArray(entries)) return null
  const tags = entries.map((entry: unknown) => (entry as { tag?: unknown } | null)?.tag)
  return tags.every((tag) => typeof tag === 'string') ? tags : null
}
