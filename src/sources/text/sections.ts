/** The up part and the down part of a file that holds both under markers (dbmate, goose). */

import { LockstepError } from '../../core/error.ts'
import type { Body } from '../../core/migration.ts'
import type { Marker } from './markers.ts'

type Range = NonNullable<Body['range']>

export interface Sections {
  readonly up: Range
  readonly down: Range | null
  /** Said of the up part, or of the whole file. */
  readonly noTransaction: boolean
}

export interface Sectioned {
  /** As the user would name it. */
  readonly file: string
  readonly layout: string
  readonly markers: readonly Marker[]
  /** Characters before the first token. */
  readonly headEnd: number
  /** Characters of the whole text. */
  readonly length: number
}

/** A section begins with its marker, which is a comment to every server, and ends before the next one. */
export function findSections({ file, layout, markers, headEnd, length }: Sectioned): Sections {
  const fail = (reason: string): LockstepError => new LockstepError('sections-invalid', { file, layout, reason })
  const starts = markers.flatMap((marker) => {
    const direction = directionOf(marker.text)
    return direction === null ? [] : [{ ...marker, direction }]
  })
  const first = starts[0]
  const up = starts.find((one) => one.direction === 'up')
  const down = starts.find((one) => one.direction === 'down') ?? null
  if (first === undefined || up === undefined) throw fail(`it has no "${upMarker(layout)}"`)
  if (headEnd < first.start) throw fail(`there is a statement before "${first.text}"`)
  const twice = starts.find((one) => one !== up && one !== down)
  if (twice !== undefined) throw fail(`"${twice.text}" stands in it twice`)
  refuseEnvironment(markers, fail)
  const rangeOf = ({ start }: Marker): Range => ({
    start,
    end: starts.find((one) => one.start > start)?.start ?? length,
  })
  return {
    up: rangeOf(up),
    down: down === null ? null : rangeOf(down),
    noTransaction: saysNoTransaction(up.text) || markers.some(({ text }) => /\+goose\s+no\s+transaction/i.test(text)),
  }
}

/** Whether a marker line takes its section out of the transaction. */
export function saysNoTransaction(line: string): boolean {
  return /^--\s*migrate:(?:up|down)\b.*\btransaction:false\b/.test(line)
}

function directionOf(line: string): 'up' | 'down' | null {
  const found = /^--\s*(?:migrate:(up|down)\b|\+goose\s+(up|down)\s*$)/i.exec(line)
  const word = (found?.[1] ?? found?.[2])?.toLowerCase()
  return word === 'up' || word === 'down' ? word : null
}

function upMarker(layout: string): string {
  return layout === 'goose' ? '-- +goose Up' : '-- migrate:up'
}

/** goose would put variables in; run as it stands, the text would mean something else. */
function refuseEnvironment(markers: readonly Marker[], fail: (reason: string) => LockstepError): void {
  if (markers.some(({ text }) => /\+goose\s+envsub\s+on/i.test(text))) {
    throw fail('"-- +goose ENVSUB ON" is not supported; declare placeholders instead')
  }
}
