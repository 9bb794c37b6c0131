/** What the commands about backups answer, as text. */

import type { BackupInfo, BackupReport, RestoreReport } from '../../../app/answers/report.ts'
import type { RestorePreview } from '../../../app/backup/restore.ts'
import type { PageStyle } from './answers.ts'
import { tableLines } from './table.ts'
import { counted, formatBytes, shortTime } from './words.ts'

export function madeText(stores: readonly BackupReport[]): string {
  return stores
    .filter((one) => one.error === null)
    .map((one) =>
      one.backups.length === 0
        ? `${one.store}: nothing to back up`
        : one.backups.map((backup) => `${one.store}: ${backup.file}, ${formatBytes(backup.bytes)}, checked`).join('\n'),
    )
    .join('\n')
}

export function backupsText(stores: readonly BackupReport[], style: PageStyle): string {
  return listText(stores, style, (one) => (one.fault === null ? 'checked when made' : one.fault))
}

export function verifiedText(stores: readonly BackupReport[], style: PageStyle): string {
  return listText(stores, style, (one) => (one.verified ? 'whole' : (one.fault ?? 'not verified')))
}

export function prunedText(stores: readonly BackupReport[]): string {
  return stores
    .filter((one) => one.error === null)
    .map((one) =>
      [
        ...one.removed.map((file) => `removed ${file}`),
        `${one.store}: ${one.removed.length} removed, ${counted(one.backups.length, 'backup')} kept`,
      ].join('\n'),
    )
    .join('\n')
}

function listText(
  stores: readonly BackupReport[],
  { paint, width }: PageStyle,
  wordOf: (one: BackupInfo) => string,
): string {
  const head = ['backup', 'taken (UTC)', 'size', 'version', 'why', 'state']
  return stores
    .filter((one) => one.error === null)
    .map((one) => {
      const title = paint('bold', `store ${one.store}`)
      if (one.backups.length === 0) return `${title}\n  no backups`
      const rows = one.backups.map((backup) => [
        backup.file,
        backup.takenAt === null ? '-' : shortTime(backup.takenAt),
        formatBytes(backup.bytes),
        backup.version ?? '-',
        backup.reason ?? '-',
        wordOf(backup),
      ])
      const lines = tableLines([head, ...rows], { width, right: [2], indent: '  ' })
      const painted = lines.map((line, i) => {
        if (i === 0) return paint('dim', line)
        return one.backups[i - 1]?.verified === false ? paint('red', line) : line
      })
      return [title, ...painted].join('\n')
    })
    .join('\n\n')
}

const rowsMost = 10

/** What a restore would put back, and what would be gone. */
export function lossText(
  { backup, place, lost }: RestorePreview,
  target: { readonly store: string; readonly place: string },
  { paint }: PageStyle,
): string {
  const { versions, returning, rows, unreadable } = lost
  const taken = backup.takenAt === null ? 'at an unknown time' : `on ${shortTime(backup.takenAt)} UTC`
  return [
    `${paint('bold', backup.file)}: taken ${taken} of ${place}, ${formatBytes(backup.bytes)}, at ${backup.version ?? 'no version'}`,
    ...(place === target.place ? [] : [`${paint('yellow', 'look')}: store ${target.store} is at ${target.place}`]),
    ...(unreadable === null ? [] : [`the present state cannot be read: ${unreadable}`]),
    ...(versions.length === 0 ? [] : [`migrations applied since, to be lost: ${versions.join(', ')}`]),
    ...(returning.length === 0 ? [] : [`migrations taken back since, to be there again: ${returning.join(', ')}`]),
    ...rows
      .slice(0, rowsMost)
      .map((one) => `rows of ${one.table}: ${countOf(one.now)} now, ${countOf(one.inBackup)} in the backup`),
    ...(rows.length > rowsMost ? [`and ${counted(rows.length - rowsMost, 'table')} more`] : []),
    ...(unreadable === null && versions.length + returning.length + rows.length === 0
      ? ['no migration and no number of rows differs from the present state']
      : []),
  ].join('\n')
}

function countOf(rows: number | null): string {
  return rows === null ? 'no table' : String(rows)
}

export function restoredText(stores: readonly RestoreReport[]): string {
  return stores
    .filter((one) => one.error === null)
    .flatMap((one) => [
      ...(one.saved === null ? [] : [`the state before is saved as ${one.saved.file}`]),
      ...(one.setAside === null ? [] : [`the damaged state before is kept as ${one.setAside}`]),
      `${one.store}: restored ${one.restored?.file ?? ''}, at ${one.version ?? 'no version'}${one.head === null ? '' : `, log head ${one.head}`}`,
    ])
    .join('\n')
}
