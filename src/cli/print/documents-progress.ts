/** How far a run over documents is, as a bar with documents a second and time left. */

import type { RunEvent } from '../../core/event.ts'
import { formatDuration } from '../parse/duration.ts'

type DocumentsProgress = Extract<RunEvent, { type: 'documents-progress' }>

interface Progress {
  readonly label: string
  readonly startedMs: number
  readonly steps: string
}

/** The live line after this event. */
export function continueDocuments(before: Progress | null, event: DocumentsProgress, nowMs: number): Progress {
  const label = `documents of ${event.store}`
  const startedMs = before?.label === label ? before.startedMs : nowMs
  return { label, startedMs, steps: `  ${documentsBar(event, nowMs - startedMs)} ` }
}

const barChars = 20

/** `[#####---------------] 25 %  5000 of 20000, 12 refused, 4000/s, 4s left`. */
export function documentsBar(
  { seen, total, refused }: Pick<DocumentsProgress, 'seen' | 'total' | 'refused'>,
  elapsedMs: number,
): string {
  const refusals = refused === 0 ? '' : `, ${refused} refused`
  const aMs = elapsedMs <= 0 ? 0 : seen / elapsedMs
  const rate = aMs === 0 ? '' : `, ${Math.round(aMs * 1000)}/s`
  if (total === null || total === 0) return `${seen} documents${refusals}${rate}`
  const part = Math.min(1, seen / total)
  const full = Math.round(part * barChars)
  const bar = `[${'#'.repeat(full)}${'-'.repeat(barChars - full)}] ${Math.floor(part * 100)} %`
  const left = aMs === 0 ? '' : `, ${formatDuration(Math.max(0, (total - seen) / aMs))} left`
  return `${bar}  ${seen} of ${total}${refusals}${rate}${left}`
}
