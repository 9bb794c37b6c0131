/** The identity of a protected store: said as a flag, or typed where a person watches. */

import type { Answer, StoreReport } from '../../app/answers/report.ts'
import type { ErrorDetails } from '../../core/error.ts'
import { askWord } from '../terminal/prompt.ts'
import type { Terminal } from '../terminal/terminal.ts'

export interface Asking {
  readonly terminal: Terminal
  /** What `--confirm` said; `null` where it was not given. */
  readonly said: string | null
  /** A program reads the answer: it is told what is missing, and asks for itself. */
  readonly forProgram: boolean
}

/** Works with what was said, and once more with what is typed where a protected store has refused that. */
export async function withIdentity<Report extends StoreReport>(
  { terminal, said, forProgram }: Asking,
  work: (confirm: string | null) => Promise<Answer<Report>>,
): Promise<Answer<Report>> {
  const first = await work(said)
  const typed = forProgram ? null : await askIdentity(first, terminal)
  return typed === null ? first : await work(typed)
}

/** `null` where no store asked, or nothing was typed. */
async function askIdentity({ stores }: Answer, terminal: Terminal): Promise<string | null> {
  const refused = stores.find((one) => one.error?.code === 'confirmation-needed')?.error ?? null
  if (refused === null || !terminal.interactive) return null
  // The code says whose details these are.
  const { store, identity } = refused.details as ErrorDetails<'confirmation-needed'>
  const text = `store ${store} is protected; type its identity to go on`
  const typed = await askWord(terminal, { text, flag: `--confirm ${identity}` })
  return typed === '' ? null : typed
}
