/** A store that breaks at its n-th call: the anomaly loop of SQLite's own tests, for migrations. */

import type { Session, Store } from '../../src/core/ports.ts'

/** `before`: the call never reaches the store. `after`: it took effect, and nobody saw it. */
export type Moment = 'before' | 'after'

export interface Fault {
  /** From 0. */
  readonly call: number
  readonly moment: Moment
  /** Throws or ends the process. */
  readonly strike: (call: string) => never
}

/** Counts the calls of a run; `counted` tells how many there were. */
export function failingStore(
  store: Store,
  fault: Fault | null,
): { readonly store: Store; readonly counted: () => number } {
  let calls = 0
  const through = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const mine = calls++
    if (fault?.call === mine && fault.moment === 'before') fault.strike(name)
    const result = await work()
    if (fault?.call === mine && fault.moment === 'after') fault.strike(name)
    return result
  }
  return {
    counted: () => calls,
    store: {
      ...store,
      readHistory: () => through('readHistory', () => store.readHistory()),
      whileLocked: (options, work) =>
        through('whileLocked', () => store.whileLocked(options, (session) => work(failingSession(session, through)))),
    },
  }
}

type Through = <T>(name: string, work: () => Promise<T>) => Promise<T>

function failingSession(session: Session, through: Through): Session {
  return {
    ...session,
    readHistory: () => through('session.readHistory', () => session.readHistory()),
    createHistory: (meta, first) => through('createHistory', () => session.createHistory(meta, first)),
    write: (changes) => through('write', () => session.write(changes)),
    runTogether: (unit) => through('runTogether', () => session.runTogether(unit)),
    runAlone: (unit, settings) => through('runAlone', () => session.runAlone(unit, settings)),
    probe: (unit) => through('probe', () => session.probe(unit)),
  }
}
