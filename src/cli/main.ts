/** Parse, load the one file that is needed, run it, and turn what comes back into an exit code. */

import { isLockstepError } from '../core/error.ts'
import type { ExitCode } from '../core/errors/entry.ts'
import { makeRedactor } from '../core/secret.ts'
import { loadCommand } from './load.ts'
import { packageVersion } from './package.ts'
import { parseCommandLine } from './parse/command-line.ts'
import { nothingUnheard, tellUnheard, type RejectionSource } from './run/unheard.ts'
import { openTerminal, type Terminal, type TerminalOptions } from './terminal/terminal.ts'

/** What of the process a command may use. */
export interface Host extends Pick<TerminalOptions, 'stdout' | 'stderr' | 'stdin' | 'env'> {
  readonly cwd: string
  /** Absent where somebody else's process is only borrowed. */
  readonly rejections?: RejectionSource
}

// The executable has one file to load beside itself.
export { watchForEarlyEnd } from './ended-early.ts'

/** Runs one command line. Never throws, never ends the process: its answer becomes `process.exitCode`. */
export async function main(argv: readonly string[], host: Host = processHost()): Promise<ExitCode> {
  const said = (flag: string, short?: string) => argv.includes(flag) || (short !== undefined && argv.includes(short))
  const form = said('--ndjson') ? 'ndjson' : said('--json') ? 'json' : 'text'
  const terminal = openTerminal({
    ...host,
    // A program that asked for JSON has no use for hints, and may read both streams as one.
    quiet: form !== 'text' || said('--quiet', '-q'),
    verbose: said('--verbose'),
    debug: said('--debug'),
    color: said('--no-color') ? false : said('--color') ? true : null,
  })
  // Before any configuration is read there are no known secrets, but addresses with passwords in them.
  terminal.redactWith(makeRedactor([]))
  let command: string | null = null
  try {
    const parsed = parseCommandLine(argv)
    switch (parsed.kind) {
      case 'version':
        terminal.out(packageVersion())
        return 0
      case 'help': {
        const { helpText } = await import('./guide/help.ts')
        terminal.out(helpText(parsed.of))
        return 0
      }
      case 'run': {
        command = parsed.invocation.command.name
        hushSqliteWarning()
        if (form === 'ndjson') await beginLines(terminal)
        const { env, cwd, rejections } = host
        const unheard = rejections === undefined ? nothingUnheard : tellUnheard(rejections, terminal)
        const run = await loadCommand(command)
        return unheard.exitOf(await run(parsed.invocation, { terminal, env, cwd, unheard }))
      }
    }
  } catch (error) {
    return fail(error, terminal, { command, form })
  }
}

function processHost(): Host {
  const { stdout, stderr, env } = process
  // Node opens standard input when it is first looked at, which costs 3 ms; most commands never do.
  const stdin = {
    get isTTY() {
      return process.stdin.isTTY
    },
  }
  return { stdout, stderr, stdin, env, cwd: process.cwd(), rejections: process }
}

/** The exit code of whatever was thrown. */
export function exitOf(error: unknown): ExitCode {
  if (!isLockstepError(error)) return 1
  return error.exit
}

interface Asked {
  /** `null`: it failed before it was clear which one is meant. */
  readonly command: string | null
  readonly form: 'text' | 'json' | 'ndjson'
}

async function fail(error: unknown, terminal: Terminal, { command, form }: Asked): Promise<ExitCode> {
  const exit = exitOf(error)
  if (form === 'text') {
    const { renderError } = await import('./print/error.ts')
    terminal.complain(renderError(error, { paint: terminal.paintErr, debug: terminal.debug }))
    return exit
  }
  const { failureJson, jsonText } = await import('./print/json.ts')
  const result = failureJson(command, exit, error)
  if (form === 'json') {
    terminal.out(jsonText(result, terminal.redact))
    return exit
  }
  const { endNdjson } = await import('./print/ndjson.ts')
  if (command === null) await beginLines(terminal)
  endNdjson(terminal, result)
  return exit
}

async function beginLines(terminal: Terminal): Promise<void> {
  const { beginNdjson } = await import('./print/ndjson.ts')
  beginNdjson(terminal, packageVersion())
}

/** Node 22 calls its SQLite experimental at each start; we have chosen it, the user has not. */
function hushSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite is an experimental feature')) emitWarning(warning, ...rest)
  }
}
