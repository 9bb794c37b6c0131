/** A run as lines of JSON: the version first, each event as it happens, the answer last. */

import type { Emit } from '../../core/event.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { jsonFormat, jsonText, snakeKeys } from './json.ts'

export function ndjsonEmitter(terminal: Terminal, version: string): Emit {
  const line = (value: object) => terminal.out(jsonText({ format: jsonFormat, ...value }, terminal.redact))
  line({ type: 'version', version })
  // The keys of an event are snake_case like those of the answer; its `type` stays the word that the library has.
  return (event) => line(snakeKeys(event) as object)
}
