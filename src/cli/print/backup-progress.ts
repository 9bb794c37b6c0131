/** How far a backup or a restore is, as a bar with rate and time left. */

import type { BackupPhase, RunEvent } from '../../core/event.ts'
import { formatDuration } from '../parse/duration.ts'
import { formatBytes } from './text/words.ts'

type BackupProgress = Extract<RunEvent, { type: 'backup-progress' }>

interface Progress {
  readonly label: string
  readonly startedMs: number
  readonly steps: string
}

const words: Readonly<Record<BackupPhase, string>> = {
  copying: 'backing up',
  checking: 'checking the backup of',
  compressing: 'compressing the backup of',
  reading: 'reading the backup of',
  restoring: 'restoring',
}

/** The live line after this event; a new phase begins a new one. */
export function continueBackup(before: Progress | null, event: BackupProgress, nowMs: number): Progress {
  const label = `${words[event.phase]} ${event.store}`
  const startedMs = before?.label === label ? before.startedMs : nowMs
  return { label, startedMs, steps: `  ${backupBar(event, nowMs - startedMs)} ` }
}

const barChars = 20

/** `[#####---------------] 25 %  1.0 GB of 4.0 GB, 250 MB/s, 12s left`. */
export function backupBar({ done, total }: Pick<BackupProgress, 'done' | 'total'>, elapsedMs: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.round(part * barChars)
  const bar = `[${'#'.repeat(full)}${'-'.repeat(barChars - full)}] ${Math.floor(part * 100)} %`
  const sizes = `${formatBytes(done)} of ${formatBytes(total)}`
  if (elapsedMs <= 0 || done === 0) return `${bar}  ${sizes}`
  const bytesAMs = done / elapsedMs
  const left = formatDuration(Math.max(0, (total - done) / bytesAMs))
  return `${bar}  ${sizes}, ${formatBytes(bytesAMs * 1000)}/s, ${left} left`
}
