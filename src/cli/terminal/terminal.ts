/** The two streams, and what may be printed on them: redacted, in colours only where wanted, flushed, quiet on EPIPE. */

import { styleText } from 'node:util'

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
export type Paint = (style: Style, text: string) => string

export interface Terminal {
  /** The result: whole lines, without their last line feed. */
  readonly out: (text: string) => void
  /** Progress and hints; nothing when quiet. */
  readonly hint: (text: string) => void
  /** What is said even when quiet: errors, warnings, questions. */
  readonly complain: (text: string) => void
  /** A line that is replaced by the next one and erased at the end; only where a person watches. */
  readonly live: (text: string | null) => void
  readonly paintOut: Paint
  readonly paintErr: Paint
  /** Columns of standard output; `null` where it is no terminal, so that nothing is cut. */
  readonly width: number | null
  /** Somebody can be asked, and sees live lines. */
  readonly interactive: boolean
  readonly verbose: boolean
  readonly debug: boolean
  /** From now on this redactor sees every text too. */
  readonly redactWith: (redact: Redact) => void
  readonly redact: Redact
}

export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

export interface TerminalOptions {
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  readonly stdin: { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quiet: boolean
  readonly verbose: boolean
  readonly debug: boolean
  readonly color: boolean | null
}

export function openTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env } = options
  const redactors: Redact[] = []
  const redact: Redact = (text) => redactors.reduce((rest, one) => one(rest), text)
  const interactive = stderr.isTTY === true && options.stdin.isTTY === true
  const animated = stderr.isTTY === true && !isPlain(env) && !options.quiet
  const writeOut = writerOf(stdout)
  const writeErr = writerOf(stderr)
  let shown = false
  const erase = () => {
    if (shown) writeErr('\r\u001B[K')
    shown = false
  }
  const print = (write: (text: string) => void) => (text: string) => {
    erase()
    write(`${redact(text)}\n`)
  }
  const complain = print(writeErr)
  return {
    out: print(writeOut),
    hint: options.quiet ? () => {} : complain,
    complain,
    live(text) {
      erase()
      if (text === null || !animated) return
      writeErr(redact(text).slice(0, columnsOf(stderr) - 1))
      shown = true
    },
    paintOut: painter(wantsColor(options, stdout)),
    paintErr: painter(wantsColor(options, stderr)),
    width: stdout.isTTY === true ? Math.max(40, columnsOf(stdout)) : null,
    interactive,
    verbose: options.verbose,
    debug: options.debug,
    redactWith: (more) => void redactors.push(more),
    redact,
  }
}

/** Some terminals do not know their width and say 0. */
function columnsOf({ columns = 0 }: TerminalStream): number {
  return columns > 0 ? columns : 80
}

/** Flag before environment before what the stream is. */
export function wantsColor(
  options: Pick<TerminalOptions, 'color' | 'env'>,
  stream: Pick<TerminalStream, 'isTTY'>,
): boolean {
  if (options.color !== null) return options.color
  const { NO_COLOR, FORCE_COLOR } = options.env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return stream.isTTY === true && !isPlain(options.env)
}

function isPlain(env: TerminalOptions['env']): boolean {
  return env['TERM'] === 'dumb' || (env['CI'] ?? '') !== '' || env['LOCKSTEP_ACCESSIBLE'] === '1'
}

function painter(colored: boolean): Paint {
  // Whether to colour was decided above; styleText must not decide again by the stream it thinks of.
  return colored ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** Whoever reads us may stop reading (`| head`). The run goes on; only the printing ends. */
function writerOf(stream: TerminalStream): (text: string) => void {
  let open = true
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error
    open = false
  })
  return (text) => {
    if (open) stream.write(text)
  }
}
