/** What `repair finish` and `adopt` did to a store of documents, as text. */

import type { AdoptedDocuments, MendedDocuments } from '../../../app/answers/report.ts'
import { tableLines } from './table.ts'
import { counted } from './words.ts'

const shownMax = 10

function factLines(facts: readonly (readonly [string, number])[]): string[] {
  const rows = facts.map(([name, count]) => [name, String(count)])
  return tableLines(rows, { width: null, right: [1], indent: '  ' })
}

/** Lines below the name of the store. */
export function mendedLines({ runs, finished, takenBack, changed, leftovers }: MendedDocuments): string[] {
  if (runs.length === 0 && leftovers === 0) return ['  nothing was left: every run has come to its end']
  return [
    ...runs.map((run) => `  run ${run} was ended`),
    ...factLines([
      ['finished', finished],
      ['taken back', takenBack],
      ['changed since, left as they are', changed],
      ['new texts removed', leftovers],
    ]),
  ]
}

/** Lines below the name of the store. */
export function adoptedLines({ run, backups, ways, known, refused, refusedShown }: AdoptedDocuments): string[] {
  const shown = refusedShown.slice(0, shownMax).map(({ file, reason }) => `  left ${file}.backup: ${reason}`)
  const more = refused - shown.length
  const told = [
    ...ways.map(({ way, documents }) => `    ${way}  ${documents}`),
    ...(known === 0 ? [] : [`  ${counted(known, 'backup')} of our own runs`]),
    ...shown,
    ...(more > 0 ? [`  and ${more} more: --json names them`] : []),
  ]
  if (run === null) {
    return ['  documents say their versions themselves; no backup of an older tool was found beside them', ...told]
  }
  return [
    `  ${counted(backups, 'backup')} of an older tool taken over; to put them back: lockstep restore --run ${run}`,
    ...told,
  ]
}
