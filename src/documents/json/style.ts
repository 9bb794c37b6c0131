/** How a document is written: byte-order mark, line ends, indentation. Found once, kept for ever. */

import { type JsonValue, isExactNumber, isJsonArray, isJsonObject, numberText } from './value.ts'

export interface Style {
  readonly bom: boolean
  readonly newline: '\n' | '\r\n'
  /** One level of indentation; empty for text on one line. */
  readonly indent: string
  /** On one line, a blank after each comma and colon, as Python's `json.dumps` writes. */
  readonly spaced: boolean
  /** Everything beyond ASCII is written as `\uXXXX`. */
  readonly ascii: boolean
  /** Blanks and line ends after the document. */
  readonly end: string
}

/** What a new document looks like. */
export const plainStyle: Style = { bom: false, newline: '\n', indent: '  ', spaced: false, ascii: false, end: '\n' }

/** The style that the beginning and the end of a text suggest; whether it holds is for the printer to prove. */
export function styleOf(text: string, bom: boolean): Style {
  const opening = /^[ \t\r\n]*[[{](\r?\n)?([ \t]*)/.exec(text)
  const indent = opening?.[1] === undefined ? '' : (opening[2] ?? '')
  return {
    bom,
    newline: opening?.[1] === '\r\n' ? '\r\n' : '\n',
    indent,
    spaced: indent === '' && (/^\{"(?:[^"\\]|\\.)*": /.test(text) || /^\[[^[{",]*, /.test(text)),
    // eslint-disable-next-line no-control-regex
    ascii: text.includes('\\u') && !/[^\u0000-\u007f]/.test(text),
    end: text.slice(endOfContent(text)),
  }
}

/** A loop from the end: a pattern would try at every blank of the text. */
function endOfContent(text: string): number {
  let end = text.length
  while (end > 0 && ' \t\r\n'.includes(text.charAt(end - 1))) end--
  return end
}

/** A value as text, by style alone. `plain`: every number is one that `JSON.stringify` writes without loss. */
export function printByStyle(value: JsonValue, style: Style, numbers: 'plain' | 'any'): string {
  const fast = numbers === 'plain' && !style.spaced && style.indent.length <= 10
  const text = fast ? JSON.stringify(value, null, style.indent) : printValue(value, style, 0)
  return escapeBeyondAscii(fast && style.newline === '\r\n' ? text.replaceAll('\n', '\r\n') : text, style) + style.end
}

/** A string or a key, in the style's alphabet. */
export function printString(value: string, style: Style): string {
  return escapeBeyondAscii(JSON.stringify(value), style)
}

/** A value that starts at a level of indentation. */
export function printValue(value: JsonValue, style: Style, depth: number): string {
  if (typeof value === 'number' || typeof value === 'bigint' || isExactNumber(value)) return numberText(value)
  if (isJsonArray(value)) {
    return enclose(
      '[]',
      value.map((item) => printValue(item, style, depth + 1)),
      { style, depth },
    )
  }
  if (!isJsonObject(value)) return JSON.stringify(value)
  const colon = style.indent === '' && !style.spaced ? ':' : ': '
  const members = Object.entries(value).map(
    ([key, item]) => JSON.stringify(key) + colon + printValue(item, style, depth + 1),
  )
  return enclose('{}', members, { style, depth })
}

/** Parts between brackets, one a line where the style has lines. */
function enclose(
  brackets: '[]' | '{}',
  parts: readonly string[],
  { style, depth }: { readonly style: Style; readonly depth: number },
): string {
  const [open, close] = brackets
  if (parts.length === 0) return brackets
  if (style.indent === '') return open + parts.join(style.spaced ? ', ' : ',') + close
  const lead = style.newline + style.indent.repeat(depth + 1)
  return `${open}${lead}${parts.join(`,${lead}`)}${style.newline}${style.indent.repeat(depth)}${close}`
}

function escapeBeyondAscii(text: string, style: Style): string {
  if (!style.ascii) return text
  return text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
