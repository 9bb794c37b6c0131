/** What the code of a migration calls: in its own time, and never without somebody who hears how it went. */

import { LockstepError } from '../core/error.ts'
import type { MigrationApi, Signal } from '../core/ports.ts'

export interface Watching {
  /** As the user would name it. */
  readonly file: string
  /** Told of a call that came when all was over: it is not run, and nothing can fail any more. */
  readonly tellLate: (error: LockstepError) => void
}

/**
 * Runs the code on an api whose calls are watched. One that nobody waits for could reach the next transaction or none,
 * and its failure would go unheard: it is waited for here, and makes the migration fail by its name.
 */
export async function watchCalls(
  api: MigrationApi,
  { file, tellLate }: Watching,
  code: (api: MigrationApi) => Promise<void> | void,
): Promise<void> {
  const calls = new Set<Call>()
  const refused: LockstepError[] = []
  let phase: 'running' | 'settling' | 'over' = 'running'
  const watch = <T>(shown: string, run: () => Promise<T>): Promise<T> => {
    const from = new Error(shown)
    if (phase === 'running') return begin(calls, { shown, from, run, signal: api.signal })
    const error = refusal(file, { shown, from, when: 'afterwards' })
    if (phase === 'settling') refused.push(error)
    else tellLate(error)
    return new HeardPromise<T>((_, reject) => reject(error))
  }
  const query: MigrationApi['query'] = (text, values) => watch(shownAs('query', text), () => api.query(text, values))
  const exec: MigrationApi['exec'] = (text) => watch(shownAs('exec', text), () => api.exec(text))
  try {
    await code({ ...api, query, exec })
  } finally {
    phase = 'settling'
    const loose = [...calls].filter((one) => !one.ended || !one.answer.heard)
    // None of them may meet the transaction while it is committed or taken back.
    await Promise.allSettled(loose.map((one) => one.answer))
    refused.unshift(...loose.map((one) => refusal(file, { ...one, when: 'under-way' })))
    phase = 'over'
  }
  const [first] = refused
  if (first !== undefined) throw first
}

interface Call {
  readonly shown: string
  /** Its stack leads to the line that called; its cause is what became of the call. */
  readonly from: Error
  readonly answer: HeardPromise<unknown>
  ended: boolean
}

interface Beginning<T> extends Pick<Call, 'shown' | 'from'> {
  readonly run: () => Promise<T>
  readonly signal: Signal
}

/** Kept among the calls until it has ended and somebody waits for it. */
function begin<T>(calls: Set<Call>, { shown, from, run, signal }: Beginning<T>): Promise<T> {
  const running = signal.aborted ? Promise.reject<T>(signal.reason) : run()
  const answer = new HeardPromise<T>((resolve, reject) => void running.then(resolve, reject))
  const call: Call = { shown, from, answer, ended: false }
  calls.add(call)
  const end = (): void => {
    call.ended = true
    if (answer.heard) calls.delete(call)
  }
  void running.then(end, (error: unknown) => {
    from.cause = error
    // The stack of a store ends at its own queue; the line that called is the one to mend.
    if (error instanceof Error) error.stack = `${error.stack ?? ''}\n${framesOf(from)}`
    end()
  })
  return answer
}

function framesOf({ stack = '' }: Error): string {
  return stack.slice(stack.indexOf('\n') + 1)
}

/** Knows whether anybody waits for it. A class, because `await` asks the `then` of a subclass, and of no other promise. */
class HeardPromise<T> extends Promise<T> {
  heard = false

  constructor(start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void) {
    super(start)
    // Whoever does not wait is told by us; Node would end the process before.
    void super.then(undefined, () => undefined)
  }

  /** What is made of it is a plain promise again. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise has one; this one tells that it was asked
  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.heard = true
    return super.then(onValue, onError)
  }
}

interface Refused extends Pick<Call, 'shown' | 'from'> {
  readonly when: 'under-way' | 'afterwards'
}

function refusal(file: string, { shown: call, from, when }: Refused): LockstepError {
  const failure = from.cause instanceof Error ? from.cause.message : null
  return new LockstepError('call-not-awaited', { file, call, when, failure }, { cause: from })
}

const charsMost = 60

function shownAs(name: string, text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return `${name}(${JSON.stringify(line.length > charsMost ? `${line.slice(0, charsMost)}...` : line)})`
}
