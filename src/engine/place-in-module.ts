/** Where in a module a failure came from. The text of a statement tells the line within itself, not within its file. */

import type { LockstepError, SourcePlace } from '../core/error.ts'
import type { Body } from '../core/migration.ts'

const causesMost = 5

/** The same error with the place of the call that failed, where its stack leads into the module. */
export function placedInModule(error: LockstepError, body: Body): LockstepError {
  const place = body.language === 'module' ? placeIn(error, body) : null
  return place === null ? error : error.told({ place, cause: error.cause ?? error })
}

/** Node takes types away without moving anything, so the lines of the stack are those of the file. */
function placeIn(error: unknown, { path, file }: Body): SourcePlace | null {
  const name = path.split(/[/\\]/).at(-1) ?? path
  const escaped = [name, encodeURI(name)].map((one) => one.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const frame = new RegExp(`[/\\\\](?:${escaped})(?:\\?[^\\s:)]*)?:(\\d+):(\\d+)`)
  for (let one = error, depth = 0; one instanceof Error && depth < causesMost; one = one.cause, depth++) {
    const [, line, column] = frame.exec(one.stack ?? '') ?? []
    if (line !== undefined) return { file, line: Number(line), column: Number(column), excerpt: null }
  }
  return null
}
