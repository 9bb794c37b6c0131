/** One migration: the pair of files of which it is made, read once and forgotten but for what judging needs. */

import { join } from 'node:path'
import { repeatablePrefix, type Body, type Migration } from '../core/migration.ts'
import { layouts, type LayoutName } from './layouts/table.ts'
import type { Pair } from './pair-parts.ts'
import type { Placed } from './place-entries.ts'
import { scanFile, type Scanned } from './scan-file.ts'
import { parseDirectives } from './text/directives.ts'
import { describedIn, mentionsDown } from './text/module-text.ts'
import { isBlank } from './text/read-range.ts'
import { readText } from './text/read-text.ts'
import { findSections } from './text/sections.ts'

export interface MigrationPlace {
  /** Absolute. */
  readonly folder: string
  /** As the user would name it. */
  readonly shownAs: string
  readonly layout: LayoutName
}

/** Reads the up of a pair; its down is read when it runs. */
export function readMigration({ up, down }: Pair, place: MigrationPlace): Migration {
  const body = bodyOf(up, place)
  const scanned = scanFile({ ...body, layout: layouts[place.layout] })
  const directives = parseDirectives(scanned.start, body.file, body.language)
  const found = bodiesOf(body, { scanned, down: down === null ? null : bodyOf(down, place), layout: place.layout })
  return {
    version: up.part.repeatable ? repeatablePrefix + up.part.name : up.part.version,
    description: describe(up, down) || describeByText(body, scanned),
    file: body.file,
    checksum: scanned.checksum,
    breaking: directives.breaking,
    repeatable: up.part.repeatable,
    directives: { ...directives, noTransaction: directives.noTransaction || found.noTransaction },
    up: found.up,
    down: found.down,
  }
}

function bodyOf({ path, part }: Placed, { folder, shownAs }: MigrationPlace): Body {
  return { path: join(folder, path), file: nameIn(shownAs, path), language: part.language, range: null }
}

function nameIn(shownAs: string, path: string): string {
  return shownAs === '' || shownAs === '.' ? path : `${shownAs}/${path}`
}

/** `_` and `-` stand for blanks; the `_up` of a pair says nothing. */
function describe(up: Placed, down: Placed | null): string {
  const name = down?.part.name.endsWith('_down') === true ? up.part.name.replace(/_up$/, '') : up.part.name
  return name.replace(/[_-]+/g, ' ').trim()
}

/** Where the name is a version and nothing else, a module may have said in words what it does. */
function describeByText(body: Body, scanned: Scanned): string {
  return (body.language === 'module' ? describedIn(textOf(body, scanned)) : null) ?? ''
}

interface Bodies {
  readonly up: Body
  readonly down: Body | null
  readonly noTransaction: boolean
}

interface Finding {
  readonly scanned: Scanned
  readonly down: Body | null
  readonly layout: LayoutName
}

function bodiesOf(up: Body, { scanned, down, layout }: Finding): Bodies {
  if (up.language === 'module') return { up, down: downInModule(up, scanned), noTransaction: false }
  if (layouts[layout].sections) return sectionsOf(up, scanned, layout)
  const noTransaction =
    layouts[layout].isOutsideTransaction?.(up.path) ??
    scanned.markers.some(({ family, start }) => family === 'sqlx' && start === 0)
  return { up, down, noTransaction }
}

function downInModule(up: Body, scanned: Scanned): Body | null {
  return mentionsDown(textOf(up, scanned)) ? { ...up } : null
}

function textOf(body: Body, { start, length }: Scanned): string {
  return start.length === length ? start : [...readText(body)].join('')
}

/** A down section with nothing in it, as templates leave it, is no way back. */
function sectionsOf(file: Body, scanned: Scanned, layout: LayoutName): Bodies {
  const found = findSections({ ...scanned, file: file.file, layout })
  const down = found.down === null ? null : { ...file, range: found.down }
  return {
    up: { ...file, range: found.up },
    down: down === null || isBlank(down) ? null : down,
    noTransaction: found.noTransaction,
  }
}
