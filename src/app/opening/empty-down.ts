/** A down without a statement: its record would go, and everything that the up did would stay. */

import { isLockstepError } from '../../core/error.ts'
import type { Body, Migration } from '../../core/migration.ts'
import type { BodyReader, Store } from '../../core/ports.ts'
import { parseDirectives } from '../../sources/text/directives.ts'

/** Why such a down is no way back, for people. */
export const emptyDownReason =
  'its down is empty (where nothing is to be taken back, let it say so: -- lockstep: allow empty <why>)'

interface Scripts {
  readonly store: Pick<Store, 'readScript'>
  readonly bodies: BodyReader
}

/** Whether the down takes nothing back and nobody has said that this is meant. */
export function hasEmptyDown(target: Scripts, migration: Migration): boolean {
  const { up, down } = migration
  if (down === null || !isBlank(target, migration, down) || isBlank(target, migration, up)) return false
  return !readAllowed(target, migration).includes('empty')
}

/** What a migration may do on purpose, as its up says at its head, or its down at its own. */
export function readAllowed({ bodies }: Pick<Scripts, 'bodies'>, migration: Migration): string[] {
  const { directives, down } = migration
  const own = down === null || down.language === 'module' ? [] : allowedIn(bodies.script(migration, down).read(), down)
  return [...directives.allow, ...own].map((one) => one.rule)
}

function allowedIn(chunks: Iterable<string>, { file }: Body): ReturnType<typeof parseDirectives>['allow'] {
  for (const head of chunks) return parseDirectives(head, file).allow
  return []
}

function isBlank({ store, bodies }: Scripts, migration: Migration, body: Body): boolean {
  // What code does shows when it runs.
  if (body.language === 'module') return false
  try {
    return store.readScript(bodies.script(migration, body)).statements === 0
  } catch (error) {
    // It will fail, and say why.
    if (isLockstepError(error) && error.code === 'script-refused') return false
    throw error
  }
}
