/** A document back to bytes: what was not changed is written exactly as it stood. */

import { freezeJson } from './freeze.ts'
import type { ParsedDocument } from './parse.ts'
import { printOverSource } from './print-source.ts'
import { type Style, printByStyle } from './style.ts'
import type { JsonValue } from './value.ts'

/** What a print keeps of the document that the value was made from. */
export type Format = Pick<ParsedDocument, 'style' | 'source'>

/** The bytes of a value, in the format of the document that it was made from. */
export function printDocument(value: JsonValue, format: Format): Uint8Array {
  return Buffer.from((format.style.bom ? '\ufeff' : '') + printText(value, format))
}

/** The bytes of a document that had no bytes before. */
export function printFresh(value: JsonValue, style: Style): Uint8Array {
  return printDocument(value, { style, source: null })
}

function printText(value: JsonValue, format: Format): string {
  if (format.source !== null) return printOverSource(value, format.source, format.style)
  return printByStyle(value, format.style, freezeJson(value, Infinity).plain ? 'plain' : 'any')
}
