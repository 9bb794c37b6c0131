/** Which entry is what: each file that the layout knows, as the part that its name says; the rest by name. */

import { LockstepError } from '../core/error.ts'
import type { Body } from '../core/migration.ts'
import type { Layout, Part } from './layouts/layout.ts'
import type { Entry } from './list-entries.ts'

export interface Placed {
  readonly path: string
  readonly part: Part
}

export interface Placing {
  readonly entries: readonly Entry[]
  readonly layout: Layout
  readonly language: 'sql' | 'cypher'
  /** The folder as the user would name it. */
  readonly shownAs: string
}

export interface Places {
  readonly placed: readonly Placed[]
  /** Files that fit no pattern, and subfolders (with a `/`) that are not looked into. */
  readonly ignored: readonly string[]
}

/** Throws `file-refused` for what has the name of a migration but may not be one. */
export function placeEntries(placing: Placing): Places {
  const placed: Placed[] = []
  const ignored: string[] = []
  for (const entry of placing.entries) {
    refuseName(entry, placing)
    if (isOfOtherStore(entry.path, placing.language)) continue
    const part = partOf(entry, placing)
    if (part !== null) placed.push({ path: entry.path, part })
    else if (entry.is !== 'folder') ignored.push(entry.path)
    else if (!placing.layout.enters(entry.path)) ignored.push(`${entry.path}/`)
  }
  const { companion } = placing.layout
  return { placed, ignored: ignored.filter((path) => companion?.test(path) !== true) }
}

/** Two stores may share a folder: each takes the files of its kind. */
function isOfOtherStore(path: string, language: Body['language']): boolean {
  return path.endsWith(language === 'sql' ? '.cypher' : '.sql')
}

function partOf(entry: Entry, { layout, shownAs }: Placing): Part | null {
  const part = layout.match(entry.path)
  if (part !== null && entry.is !== 'file') {
    const reason = entry.is === 'folder' ? 'it is a folder with the name of a migration' : entry.is.refused
    throw new LockstepError('file-refused', { file: `${shownAs}/${entry.path}`, reason })
  }
  if (part === null && typeof entry.is === 'object' && layout.enters(entry.path)) {
    throw new LockstepError('file-refused', { file: `${shownAs}/${entry.path}`, reason: entry.is.refused })
  }
  return part
}

/** Names end up in histories, logs and terminals. */
function refuseName({ path }: Entry, { shownAs, layout }: Placing): void {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!/\.(sql|cypher|ts|mts|js|mjs|cjs)$/.test(name) && !layout.enters(path)) return
  const reason = faultOf(name)
  if (reason === null) return
  const shown = name.length > nameMax ? `${name.slice(0, 60)}...` : JSON.stringify(name).slice(1, -1)
  throw new LockstepError('file-refused', { file: `${shownAs}/${shown.replace(unprintable, escape)}`, reason })
}

const nameMax = 200

/** Control characters, and those that turn the direction of writing or hide in it. */
const unprintable = /[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu

function faultOf(name: string): string | null {
  if (name.length > nameMax) return `its name is longer than ${nameMax} characters`
  if (name.search(unprintable) !== -1) return 'its name holds characters that cannot be seen'
  return name.includes('\uFFFD') ? 'its name is not UTF-8' : null
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
