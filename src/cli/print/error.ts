/** Errors and problems for people: what, where, why, the state of the store, and what to do. */

import {
  describe,
  describeProblem,
  isLockstepError,
  type LockstepError,
  type SourcePlace,
  untouched,
} from '../../core/error.ts'
import type { Problem } from '../../core/problem.ts'
import type { Paint } from '../terminal/terminal.ts'
import { driverFacts } from './driver-facts.ts'

export interface ErrorStyle {
  readonly paint: Paint
  readonly debug: boolean
  /** Flags of this run that a remedy needs too (`--url ...`), so that it can be copied as it stands. */
  readonly flags?: string
}

/** One error as a block of lines. An error that is not ours is our bug, and is shown with its stack. */
export function renderError(error: unknown, style: ErrorStyle): string {
  if (!isLockstepError(error)) return renderUnknown(error, style)
  // Several problems are one answer each; the error that sums them up would add nothing.
  if (error.code === 'store-blocked' && error.problems.length > 0) {
    return error.problems
      .map((one) => renderProblem(one, error.store ?? '', { ...style, state: error.state }))
      .join('\n\n')
  }
  const texts = describe(error.code, error.details)
  const lines = headline(error.code, texts.what, style)
  lines.push(...placeLines(error, style))
  lines.push(...driverLines(error, texts.what, style))
  lines.push(...labelled('why', [texts.why], style))
  // Of our own bugs nobody knows what they left behind, unless somebody has said it.
  if (error.code !== 'internal' || error.state !== untouched) lines.push(...labelled('state', [error.state], style))
  lines.push(...remedies(texts.help, style))
  for (const problem of error.problems) {
    lines.push('', renderProblem(problem, error.store ?? '', style))
  }
  if (style.debug || error.code === 'internal') lines.push(...stackLines(error, style))
  return lines.join('\n')
}

/** One problem between the files and the history. `state` only where a run was refused because of it. */
export function renderProblem(
  problem: Problem,
  store: string,
  style: ErrorStyle & { readonly state?: string },
): string {
  const texts = describeProblem(problem, store)
  return [
    ...headline(problem.code, texts.what, style),
    ...labelled('why', [texts.why], style),
    ...(style.state === undefined ? [] : labelled('state', [style.state], style)),
    ...remedies(texts.help, style),
  ].join('\n')
}

function renderUnknown(error: unknown, style: ErrorStyle): string {
  const message = error instanceof Error ? error.message : String(error)
  const texts = describe('internal', { message })
  return [
    ...headline('internal', texts.what, style),
    ...labelled('why', [texts.why], style),
    ...remedies(texts.help, style),
    ...stackLines(error, style),
  ].join('\n')
}

function headline(code: string, what: string, { paint }: ErrorStyle): string[] {
  const [first = '', ...rest] = what.split('\n')
  return [`${paint('red', `error[${code}]`)}: ${paint('bold', first)}`, ...rest]
}

function remedies(help: readonly string[], style: ErrorStyle): string[] {
  const { flags = '' } = style
  return labelled('do', flags === '' ? help : help.map((text) => withFlags(text, flags)), style)
}

/** The commands of a remedy with the flags of this run, but for those that the remedy says itself. */
function withFlags(text: string, flags: string): string {
  const missing = (flags.match(/--\w+ (?:'[^']*'|\S)+/g) ?? []).filter((one) => !text.includes(`${one.split(' ')[0]} `))
  return missing.length === 0 ? text : text.replaceAll(/\blockstep (?=[a-z])/g, `lockstep ${missing.join(' ')} `)
}

const labelWidth = 8

function labelled(label: string, texts: readonly string[], { paint }: ErrorStyle): string[] {
  return texts
    .flatMap((text) => text.split('\n'))
    .map((text, i) => `  ${i === 0 ? paint('dim', label.padEnd(labelWidth - 1)) : ' '.repeat(labelWidth - 1)}${text}`)
}

function placeLines(error: LockstepError, style: ErrorStyle): string[] {
  const { place, statement } = error
  const lines = place === null ? [] : labelled('at', [`${place.file}:${place.line}:${place.column}`], style)
  if (place !== null && place.excerpt !== null) return [...lines, ...excerptLines(place, style)]
  return statement === null ? lines : [...lines, ...labelled('text', [statement], style)]
}

const excerptLength = 160

/** The line of the file, cut around the place, and a caret below it. */
function excerptLines(place: SourcePlace, style: ErrorStyle): string[] {
  const excerpt = (place.excerpt ?? '').replaceAll('\t', ' ')
  const start = Math.max(0, Math.min(place.column - 40, excerpt.length - excerptLength))
  const shown = excerpt.slice(start, start + excerptLength).trimEnd()
  const number = String(place.line)
  const caret = `${' '.repeat(Math.max(0, place.column - 1 - start))}^`
  return labelled('', [`${number} | ${shown}`, `${' '.repeat(number.length)} | ${style.paint('red', caret)}`], style)
}

function driverLines(error: LockstepError, what: string, style: ErrorStyle): string[] {
  const facts = driverFacts(error.cause)
  if (facts === null) return []
  const said = facts.code === null ? facts.message : `${facts.message} (${facts.code})`
  return [
    ...(what.includes(facts.message) ? [] : labelled('said', [said], style)),
    ...(facts.detail === null || what.includes(facts.detail) ? [] : labelled('detail', [facts.detail], style)),
    ...(facts.hint === null ? [] : labelled('hint', [facts.hint], style)),
  ]
}

function stackLines(error: unknown, { paint }: ErrorStyle): string[] {
  const lines: string[] = []
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    lines.push(
      ...`${depth === 0 ? '' : 'caused by '}${one.stack ?? one.message}`
        .split('\n')
        .map((line) => paint('dim', `  ${line}`)),
    )
  }
  return lines
}
