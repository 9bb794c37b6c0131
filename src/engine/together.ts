/** `--atomic`: all pending migrations of a store in one transaction, or none. */

import { isLockstepError, LockstepError } from '../core/error.ts'
import type { HistoryChange } from '../core/history.ts'
import type { Work } from '../core/ports.ts'
import { moved, nextRow, recordOf, stopIfAsked, type Assignment, type Engine, type Ran } from './engine.ts'
import { withRetries } from './retry.ts'
import { workOf } from './whole.ts'

export async function carryOutTogether(assignments: readonly Assignment[], engine: Engine): Promise<Ran> {
  stopIfAsked(engine)
  const [first] = assignments
  if (first === undefined) return { ms: 0, steps: 0 }
  for (const { planned } of assignments) refuseSteps(planned, engine)
  const begun = engine.clock.now()
  const works: Work[] = []
  for (const assignment of assignments) works.push(await workOf(assignment, engine))
  await withRetries(first, engine, async (settings) => {
    const start = { head: engine.head, position: engine.position }
    try {
      const { before, after } = changesOf(assignments, engine)
      await engine.session.runTogether({ ...settings, sessionAfter: 'reset', before, works, after })
    } catch (error) {
      engine.head = start.head
      engine.position = start.position
      throw error
    }
  }).catch((error: unknown) => {
    throw isLockstepError(error) ? error.withState('nothing was changed: all of it was one transaction') : error
  })
  const ms = engine.clock.now() - begun
  for (const { planned } of assignments) {
    const { version, file, direction } = planned
    engine.emit({
      type: 'migration-done',
      store: engine.store,
      version,
      file,
      direction,
      ms: ms / assignments.length,
      steps: 1,
    })
  }
  return { ms, steps: assignments.length }
}

function refuseSteps({ file, mode, reasons }: Assignment['planned'], { store }: Engine): void {
  if (mode === 'whole') return
  throw new LockstepError(
    'atomic-impossible',
    { store, file, reason: reasons[0]?.why ?? 'it runs in steps' },
    { store },
  )
}

/** The head moves along while the rows are chained; the caller puts it back when the transaction fails. */
function changesOf(
  assignments: readonly Assignment[],
  engine: Engine,
): { before: HistoryChange[]; after: HistoryChange[] } {
  const before: HistoryChange[] = []
  const after: HistoryChange[] = []
  for (const assignment of assignments) {
    const record = recordOf(engine, assignment)
    const row = nextRow(engine, 'applied', { version: record.version, detail: `${record.file} ${record.checksum}` })
    before.push({ kind: assignment.record === null ? 'insert' : 'update', record })
    after.push({ kind: 'finish', version: record.version, startedAtMs: engine.clock.now() }, { kind: 'log', row })
    moved(engine, row)
    engine.position++
  }
  return { before, after }
}
