/** A promise in somebody's module that fails while nobody waits for it. Node would end the process with a bare stack. */

import { catalogue, LockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The part of `process` that is needed. */
export interface RejectionSource {
  exitCode?: number | string | null | undefined
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown
}

export interface Unheard {
  /** Turns a command's exit into one that owns up. */
  readonly exitOf: (exit: ExitCode) => ExitCode
  /** The first of them, so that an answer can own up too; `null` where all is well. */
  readonly first: () => Promise<LockstepError | null>
}

/** Tells each as it comes, for as long as the process lives. */
export function tellUnheard(source: RejectionSource, terminal: Terminal): Unheard {
  const { exit: unheard } = catalogue['failure-unheard']
  let first: LockstepError | null = null
  source.on('unhandledRejection', (reason) => {
    const error = errorOf(reason)
    first ??= error
    source.exitCode ||= unheard
    void tell(error, terminal)
  })
  return {
    exitOf: (exit) => (first !== null && exit === 0 ? unheard : exit),
    first: async () => {
      // Node tells of a failed promise only at the end of a turn.
      await new Promise((resolve) => setImmediate(resolve))
      return first
    },
  }
}

/** For where somebody else's process is only borrowed: its failures are not ours to hear. */
export const nothingUnheard: Unheard = { exitOf: (exit) => exit, first: () => Promise.resolve(null) }

const state = 'what is recorded stays recorded; whether all of it was done is not known'

function errorOf(reason: unknown): LockstepError {
  const message = reason instanceof Error ? reason.message : String(reason)
  return new LockstepError('failure-unheard', { message }, { cause: reason, state })
}

async function tell(error: LockstepError, terminal: Terminal): Promise<void> {
  const { renderError } = await import('../print/error.ts')
  terminal.complain(renderError(error, { paint: terminal.paintErr, debug: terminal.debug }))
}
