/** A run as lines of JSON: the version first, each event as it happens, the answer last. */

import type { Emit } from '../../core/event.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { jsonFormat, jsonText, snakeKeys } from './json.ts'

/** The first line: a reader that does not know the format can stop here. */
export function beginNdjson(terminal: Terminal, version: string): void {
  writeLine(terminal, { type: 'version', version })
}

/** A line for each event. Its keys are snake_case like those of the answer; its `type` is the library's word. */
export function ndjsonEmitter(terminal: Terminal): Emit {
  return (event) => writeLine(terminal, snakeKeys(event) as object)
}

/** The last line: the answer, or the failure in its place. */
export function endNdjson(terminal: Terminal, result: Readonly<Record<string, unknown>>): void {
  writeLine(terminal, { type: 'result', ...result })
}

function writeLine(terminal: Terminal, value: object): void {
  terminal.out(jsonText({ format: jsonFormat, ...value }, terminal.redact))
}
