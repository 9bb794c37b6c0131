/** SIGINT and SIGTERM: the first asks the run to stop at a safe point, the second ends the process. */

export type StopSignal = 'SIGINT' | 'SIGTERM'

const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM']
export const stopExits: Readonly<Record<StopSignal, 130 | 143>> = { SIGINT: 130, SIGTERM: 143 }

export interface Interruption {
  /** Aborted by the first signal, with a reason that names it. */
  readonly signal: AbortSignal
  /** Runs what blocks the process, with the handlers off: a handler would only be called after it, and a kill without one is clean. */
  readonly uninterrupted: <T>(work: () => T) => T
  /** `null` until one came. */
  readonly stoppedBy: () => StopSignal | null
  /** Takes the handlers off for good. */
  readonly end: () => void
}

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown
  exit(code: number): void
}

/** Listens until `end`. `onFirst` is told at once, so that a person sees that the key was heard. */
export function listenForSignals(source: SignalSource, onFirst: (signal: StopSignal) => void): Interruption {
  const controller = new AbortController()
  let stoppedBy: StopSignal | null = null
  let ended = false
  let blocked = 0
  const listener = (signal: StopSignal) => {
    if (stoppedBy !== null) {
      source.exit(stopExits[signal])
      return
    }
    stoppedBy = signal
    onFirst(signal)
    controller.abort(Object.assign(new Error(`stopped by ${signal}`), { name: 'AbortError', signal }))
  }
  const listen = () => stopSignals.forEach((signal) => source.on(signal, listener))
  const ignore = () => stopSignals.forEach((signal) => source.off(signal, listener))
  listen()
  return {
    signal: controller.signal,
    uninterrupted(work) {
      if (blocked++ === 0) ignore()
      try {
        return work()
      } finally {
        if (--blocked === 0 && !ended) listen()
      }
    },
    stoppedBy: () => stoppedBy,
    end() {
      ended = true
      ignore()
    },
  }
}
