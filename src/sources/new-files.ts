/** What `lockstep new` writes: names in the way of the folder, and texts to fill in. */

import { join } from 'node:path'
import { LockstepError } from '../core/error.ts'
import { isRepeatableVersion } from '../core/migration.ts'
import { layouts, type LayoutName } from './layouts/table.ts'
import type { Layout, NewPath } from './layouts/layout.ts'
import { newestByCategory, nextVersion } from './next-version.ts'

export interface NewMigration {
  readonly layout: LayoutName
  /** Absolute, or as the paths are wanted. */
  readonly folder: string
  /** What the migration does, in a few words; in a folder with several categories it begins with one of them. */
  readonly name: string
  /** Versions that are there. */
  readonly existing: readonly string[]
  readonly withDown: boolean
  readonly language: 'sql' | 'cypher' | 'module'
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface NewFile {
  readonly path: string
  readonly text: string
}

/** The files of one new migration; nothing is written here. */
export function newFiles(wanted: NewMigration): NewFile[] {
  const layout = layouts[wanted.layout]
  refuseImpossible(wanted, layout)
  const { version, name } = nameOf(wanted, layout)
  const extension = wanted.language === 'module' ? 'ts' : wanted.language
  return layout.newPaths({ version, name, extension, withDown: wanted.withDown }).map((one) => ({
    path: join(wanted.folder, one.path),
    text: textOf(one, wanted),
  }))
}

function refuseImpossible({ layout: name, language }: NewMigration, layout: Layout): void {
  if (name === 'drizzle') {
    throw wrongUse(
      'files of this layout are listed in meta/_journal.json: npx drizzle-kit generate --custom --name <name>',
    )
  }
  const extension = language === 'module' ? 'ts' : language
  const fits = layout
    .newPaths({ version: '1', name: 'x', extension, withDown: false })
    .every(({ path }) => layout.match(path)?.language === language)
  if (!fits) throw wrongUse(`the layout ${name} has no files of this kind (.${extension})`)
}

interface Named {
  readonly version: string
  readonly name: string
}

function nameOf({ name, existing: recorded, now }: NewMigration, layout: Layout): Named {
  const existing = recorded.filter((version) => !isRepeatableVersion(version))
  const scheme = layout.scheme(existing)
  const question = { scheme, first: layout.first, now }
  const words = sanitise(name)
  // The name is part of such a version; what counts on is the time before it.
  if (scheme === 'name')
    return {
      version: nextVersion({ ...question, scheme: 'timestamp', existing: existing.map(withoutName) }),
      name: words,
    }
  if (scheme !== 'category') return { version: nextVersion({ ...question, existing }), name: words }
  const newest = newestByCategory(existing)
  const category = [...newest.keys()].find((one) => words.startsWith(`${one}_`)) ?? onlyOne(newest, name)
  const rest = words.startsWith(`${category}_`) ? words.slice(category.length + 1) : words
  return { version: nextVersion({ ...question, existing: [newest.get(category) ?? ''] }), name: rest }
}

function withoutName(version: string): string {
  return version.replace(/_.*$/, '')
}

function onlyOne(newest: ReadonlyMap<string, string>, name: string): string {
  const [category, another] = [...newest.keys()]
  if (category !== undefined && another === undefined) return category
  const known = [...newest.keys()].map((one) => one || '(none)').join(', ')
  throw wrongUse(
    `which category? begin the name with one of ${known}: lockstep new ${category ?? ''}_${sanitise(name)}`,
  )
}

const nameMax = 100

/** Letters and digits of any alphabet; everything else becomes `_`. */
function sanitise(name: string): string {
  const words = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .slice(0, nameMax)
    .replace(/^_+|_+$/g, '')
  if (words === '') throw wrongUse(`"${name}" leaves nothing for a file name: say what the migration does`)
  return words
}

function wrongUse(reason: string): LockstepError {
  return new LockstepError('wrong-arguments', { command: 'new', reason })
}

function textOf({ holds }: NewPath, { layout, language }: NewMigration): string {
  if (language === 'module') return moduleText(holds)
  if (layout === 'dbmate') return sections(['-- migrate:up', '-- migrate:down'], holds)
  if (layout === 'goose') return sections(['-- +goose Up', '-- +goose Down'], holds)
  const mark = language === 'sql' ? '--' : '//'
  return holds === 'down' ? `${mark} what takes it back\n` : `${mark} what it does\n`
}

function sections([up, down]: readonly [string, string], holds: NewPath['holds']): string {
  return holds === 'both' ? `${up}\n\n\n${down}\n\n` : `${up}\n\n`
}

function moduleText(holds: NewPath['holds']): string {
  const down = holds === 'both' ? '  async down({ query, exec }) {\n  },\n' : ''
  return `import { defineMigration } from 'lockstep'\n\nexport default defineMigration({\n  async up({ query, exec }) {\n  },\n${down}})\n`
}
