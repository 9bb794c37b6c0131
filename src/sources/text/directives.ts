/** Header directives: `-- lockstep: requires auth/0003` and the like, before the first token of a file. */

import { LockstepError } from '../../core/error.ts'
import { noDirectives, type Body, type Directives, type Requirement } from '../../core/migration.ts'
import { nearestWord } from '../../core/nearest.ts'
import { readHead, type HeadLine } from './head.ts'

/** Reads the directives of a text that begins with the head of a file; throws `directive-invalid`. */
export function parseDirectives(text: string, file: string, language: Body['language'] = 'sql'): Directives {
  let directives = noDirectives
  const seen = new Set<string>()
  for (const comment of readHead(text, language).comments) {
    const said = /^lockstep[ \t]*:(.*)$/s.exec(comment.text)
    if (said === null) continue
    const place = { file, line: comment.line }
    const { word, rest } = splitWord((said[1] ?? '').trim())
    if (!isDirectiveWord(word)) throw invalid(place, unknownWord(word))
    if (seen.has(word) && !repeatable.has(word)) throw invalid(place, `"${word}" is said twice`)
    seen.add(word)
    directives = { ...directives, ...readers[word](rest, { place, before: directives }) }
  }
  return directives
}

/** Where a directive stands that is not understood. */
type Place = Pick<HeadLine, 'line'> & { readonly file: string }

interface Reading {
  readonly place: Place
  readonly before: Directives
}

type Reader = (rest: string, reading: Reading) => Partial<Directives>

type DirectiveWord =
  | 'requires'
  | 'no-transaction'
  | 'irreversible'
  | 'breaking'
  | 'lock-timeout'
  | 'statement-timeout'
  | 'allow'

const readers: Readonly<Record<DirectiveWord, Reader>> = {
  requires: (rest, { place, before }) => ({ requires: [...before.requires, ...parseRequirements(rest, place)] }),
  'no-transaction': (rest, { place }) => ({ noTransaction: alone('no-transaction', rest, place) }),
  irreversible: (rest, { place }) => ({ irreversible: reason(rest, place, 'irreversible <why>') }),
  breaking: (rest, { place }) => ({ breaking: alone('breaking', rest, place) }),
  'lock-timeout': (rest, { place }) => ({ lockTimeoutMs: parseLockTimeout(rest, place) }),
  'statement-timeout': (rest, { place }) => ({ statementTimeoutMs: parseDuration(rest, place) }),
  allow: (rest, { place, before }) => ({ allow: [...before.allow, parseAllowance(rest, place)] }),
}

const repeatable: ReadonlySet<string> = new Set<DirectiveWord>(['requires', 'allow'])

function isDirectiveWord(word: string): word is DirectiveWord {
  return Object.hasOwn(readers, word)
}

function unknownWord(word: string): string {
  if (word === '') return 'a directive is missing after "lockstep:"'
  const known = Object.keys(readers)
  const nearest = nearestWord(word, known)
  const hint = nearest === null ? `there are: ${known.join(', ')}` : `did you mean "${nearest}"?`
  return `there is no directive "${word}"; ${hint}`
}

function parseRequirements(rest: string, place: Place): Requirement[] {
  const wanted = rest.split(/[\s,]+/).filter((one) => one !== '')
  if (wanted.length === 0) throw invalid(place, 'write: requires <store>/<version>, or: requires <version>')
  return wanted.map((one) => {
    const parts = one.split('/')
    const [first = '', second] = parts
    if (parts.length > 2 || first === '' || second === '') {
      throw invalid(place, `"${one}" is neither <store>/<version> nor <version>`)
    }
    return second === undefined ? { store: null, version: first } : { store: first, version: second }
  })
}

function parseAllowance(rest: string, place: Place): { rule: string; why: string } {
  const { word, rest: why } = splitWord(rest)
  if (word === '' || why === '') throw invalid(place, 'write: allow <rule> <why>')
  return { rule: word, why }
}

function parseLockTimeout(rest: string, place: Place): number {
  const ms = parseDuration(rest, place)
  if (ms === 0) throw invalid(place, 'a wait for locks must have an end: 2s, 500ms')
  return ms
}

function parseDuration(rest: string, place: Place): number {
  const found = /^(\d{1,10})(ms|s|m|h)$/.exec(rest)
  if (found === null) throw invalid(place, `"${rest}" is no duration: 500ms, 2s, 10m, 1h`)
  const ms = Number(found[1]) * (unitMs[found[2] ?? ''] ?? 0)
  if (ms > durationMaxMs) throw invalid(place, `"${rest}" is longer than 24 days`)
  return ms
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** PostgreSQL keeps timeouts in 31 bits. */
const durationMaxMs = 2 ** 31 - 1

function alone(word: DirectiveWord, rest: string, place: Place): true {
  if (rest !== '') throw invalid(place, `"${word}" stands alone; "${rest}" is too much`)
  return true
}

function reason(rest: string, place: Place, form: string): string {
  if (rest === '') throw invalid(place, `the reason is missing: ${form}`)
  return rest
}

function splitWord(text: string): { word: string; rest: string } {
  const found = /^(\S*)\s*(.*)$/s.exec(text)
  return { word: found?.[1] ?? '', rest: found?.[2] ?? '' }
}

function invalid({ file, line }: Place, reason: string): LockstepError {
  return new LockstepError('directive-invalid', { file, line, reason })
}
