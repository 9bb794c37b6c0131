/** The end of every command over stores: the answer as text or JSON, its errors, one suggestion, the exit code. */

import type { Answer, RunReport, StoreReport } from '../../app/answers/report.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { Context } from '../command.ts'
import type { Invocation } from '../parse/command-line.ts'
import type { PageStyle } from '../print/text/answers.ts'
import { documentsText } from '../print/text/documents.ts'
import { renderError } from '../print/error.ts'
import { answerJson } from '../print/json.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { printLastLine, printResult } from './print-result.ts'

export interface Ending<Report extends StoreReport> {
  readonly context: Context
  /** The answer as text; empty where there is nothing to add. */
  readonly text: (stores: readonly Report[], style: PageStyle) => string
  /** The command that most people want next; `null` for none. */
  readonly next?: (answer: Answer<Report>) => string | null
  readonly ndjson?: boolean
}

type Said = Pick<Invocation, 'values'>

export async function finish<Report extends StoreReport>(
  answer: Answer<Report>,
  said: Said,
  ending: Ending<Report>,
): Promise<ExitCode> {
  if (ending.ndjson === true) return await printLastLine(ending.context, answerJson(answer))
  if (said.values.json) return await printResult(ending.context, answerJson(answer))
  printText(answer, said, ending)
  return answer.exit
}

function printText<Report extends StoreReport>(answer: Answer<Report>, said: Said, ending: Ending<Report>): void {
  const { terminal } = ending.context
  const style = { ...styleOf(terminal), flags: placeFlags(said) }
  const databases = answer.stores.filter((one) => one.documents === undefined)
  const none = databases.length === 0 && answer.stores.length > 0
  const texts = [none ? '' : ending.text(databases, style), documentsText(answer.stores, style)]
  const text = texts.filter((one) => one !== '').join('\n\n')
  if (text !== '') terminal.out(text)
  const errors = [...answer.stores.map((one) => one.error), answer.error].filter((one) => one !== null)
  const flags = placeFlags(said)
  for (const error of errors)
    terminal.complain(renderError(error, { paint: terminal.paintErr, debug: terminal.debug, flags }))
  const next = errors.length === 0 ? (ending.next?.(answer) ?? null) : null
  if (next !== null) terminal.hint(`${terminal.paintErr('dim', 'next:')} ${againWith(next, said)}`)
}

/** Whether a run changed anything in a store. */
export function hasRun({ ran, documents }: RunReport): boolean {
  return ran.length > 0 || (documents?.moved?.migrated ?? 0) > 0
}

export function styleOf({ paintOut, width, verbose }: Terminal): PageStyle {
  return { paint: paintOut, width, verbose }
}

/** A suggestion about the same stores, to be copied as it stands. */
function againWith(command: string, { values }: Said): string {
  const flags = placeFlags({ values })
  const stores = values.store.map((name) => ` --store ${shellWord(name)}`).join('')
  return `${flags === '' ? command : command.replace('lockstep ', `lockstep ${flags} `)}${stores}`
}

/** The flags that stand in for a configuration; stores are named by whoever advises. */
export function placeFlags({ values }: Said): string {
  const { config, url, files, migrations, layout } = values
  return Object.entries({ config, url, files, migrations, layout })
    .flatMap(([name, value]) => (value === null ? [] : [`--${name} ${shellWord(value)}`]))
    .join(' ')
}

/** A word as a POSIX shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
