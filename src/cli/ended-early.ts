/** A command that never comes to its end: its code ends the process, or waits for what nothing will bring. */

import { catalogue, describe } from '../core/error.ts'

/** The part of `process` that is needed. */
export interface EndingProcess {
  exitCode?: number | string | null | undefined
  on(event: 'exit', listener: (code: number) => void): unknown
  readonly stderr: { write(text: string): unknown }
}

/**
 * Node calls both a success: an event loop that ran empty, and `process.exit()` in somebody's module. Whoever started us
 * would go on as if the store had been migrated. What it gives is to be called when the command has its answer.
 */
export function watchForEarlyEnd(source: EndingProcess): () => void {
  let ended = false
  source.on('exit', (code) => {
    if (ended || code !== 0) return
    const { what, why, help } = describe('ended-early', {})
    source.stderr.write(`error[ended-early]: ${what}\n  why    ${why}\n  do     ${help.join('\n         ')}\n`)
    source.exitCode = catalogue['ended-early'].exit
  })
  return () => {
    ended = true
  }
}
