/** A promise in somebody's module that fails while nobody waits for it. Node would end the process with a bare stack. */

import { catalogue, LockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The part of `process` that is needed. */
export interface RejectionSource {
  exitCode?: number | string | null | undefined
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown
}

/** Tells each as it comes, for as long as the process lives. What it gives turns a command's exit into one that owns up. */
export function tellUnheard(source: RejectionSource, terminal: Terminal): (exit: ExitCode) => ExitCode {
  const { exit: unheard } = catalogue['failure-unheard']
  let heard = false
  source.on('unhandledRejection', (reason) => {
    heard = true
    source.exitCode ||= unheard
    void tell(reason, terminal)
  })
  return (exit) => (heard && exit === 0 ? unheard : exit)
}

const state = 'what is recorded stays recorded; whether all of it was done is not known'

async function tell(reason: unknown, terminal: Terminal): Promise<void> {
  const message = reason instanceof Error ? reason.message : String(reason)
  const error = new LockstepError('failure-unheard', { message }, { cause: reason, state })
  const { renderError } = await import('../print/error.ts')
  terminal.complain(renderError(error, { paint: terminal.paintErr, debug: terminal.debug }))
}
