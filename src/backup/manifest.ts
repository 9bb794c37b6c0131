/** What stands beside a backup: where it is from, what it holds, and by what it is known to be whole. */

import type { BackupForm, BackupReason, Summary } from '../core/backup.ts'
import type { StoreKind } from '../core/ports.ts'

export const manifestFormat = 1

export interface Digest {
  readonly bytes: number
  /** 64 hex digits. */
  readonly sha256: string
}

export interface Manifest {
  readonly format: number
  readonly toolVersion: string
  readonly store: string
  readonly kind: StoreKind
  readonly form: BackupForm
  /** Where the store was, for people; never a secret. */
  readonly place: string
  /** ISO 8601, UTC. */
  readonly takenAt: string
  readonly takenBy: string
  readonly runId: string
  readonly reason: BackupReason
  /** Of the file as it lies there. */
  readonly file: Digest
  /** Of what is in it: the same, unless it is compressed. */
  readonly content: Digest
  readonly holds: Summary
  readonly checks: readonly string[]
  readonly remarks: readonly string[]
  readonly durationMs: number
}

/** As it is written: in the spelling of our other JSON, digests of the file itself at the top. */
export function printManifest(manifest: Manifest): string {
  const { holds, file, content, ...about } = manifest
  const written = {
    format: about.format,
    tool_version: about.toolVersion,
    store: about.store,
    kind: about.kind,
    form: about.form,
    place: about.place,
    taken_at: about.takenAt,
    taken_by: about.takenBy,
    run_id: about.runId,
    reason: about.reason,
    ...file,
    content,
    server_version: holds.serverVersion,
    history: holds.history,
    shape: holds.shape,
    broken_keys: holds.brokenKeys,
    rows: holds.rows,
    checks: about.checks,
    remarks: about.remarks,
    duration_ms: about.durationMs,
  }
  return `${JSON.stringify(written, null, 2)}\n`
}

/** The manifest, or in words why it is none. */
export function parseManifest(text: string): Manifest | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'its manifest is not JSON'
  }
  const written = recordOf(value)
  const { format } = written
  if (typeof format !== 'number') return 'its manifest has no format'
  if (format !== manifestFormat) return `its manifest has format ${format}; this Lockstep knows ${manifestFormat}`
  const fault = findFault(written)
  // The fault-finder has looked at every field.
  return fault === null ? decode(written as unknown as Written) : `its manifest is damaged: ${fault}`
}

type Written = Digest & {
  readonly [name in (typeof texts)[number]]: string
} & Pick<Manifest, 'format' | 'content' | 'checks' | 'remarks'> &
  Pick<Manifest['holds'], 'history' | 'shape' | 'rows'> & {
    readonly broken_keys: number | null
    readonly duration_ms: number
  }

function decode(written: Written): Manifest {
  const { format, store, place, content, checks, remarks, history, shape, rows, bytes, sha256 } = written
  return {
    format,
    toolVersion: written.tool_version,
    store,
    // Whoever uses a backup compares both with what its own store is and knows.
    kind: written.kind as StoreKind,
    form: written.form as BackupForm,
    place,
    takenAt: written.taken_at,
    takenBy: written.taken_by,
    runId: written.run_id,
    reason: written.reason as BackupReason,
    file: { bytes, sha256 },
    content,
    holds: { rows, history, shape, brokenKeys: written.broken_keys, serverVersion: written.server_version },
    checks,
    remarks,
    durationMs: written.duration_ms,
  }
}

const texts = [
  'tool_version',
  'store',
  'kind',
  'form',
  'place',
  'taken_at',
  'taken_by',
  'run_id',
  'reason',
  'server_version',
] as const

function findFault(value: Record<string, unknown>): string | null {
  const text = texts.find((name) => typeof value[name] !== 'string')
  if (text !== undefined) return `${text} is no text`
  if (Number.isNaN(Date.parse(String(value['taken_at'])))) return 'taken_at is no time'
  if (!isDigest(value)) return 'bytes and sha256 are no digest'
  if (!isDigest(value['content'])) return 'content is no digest'
  if (typeof value['duration_ms'] !== 'number') return 'duration_ms is no number'
  if (!isTexts(value['checks']) || !isTexts(value['remarks'])) return 'checks are no texts'
  return isSummary(value) ? null : 'what it held is not told'
}

function isDigest(value: unknown): boolean {
  const { bytes, sha256 } = recordOf(value)
  return Number.isSafeInteger(bytes) && (bytes as number) >= 0 && /^[0-9a-f]{64}$/.test(String(sha256))
}

function isSummary({ rows, history, shape, broken_keys: brokenKeys }: Record<string, unknown>): boolean {
  const { head, fingerprint, versions } = recordOf(history)
  const { rule, fingerprint: shapeFingerprint } = recordOf(shape)
  return (
    typeof rows === 'object' &&
    Object.values(recordOf(rows)).every((count) => Number.isSafeInteger(count)) &&
    (head === null || typeof head === 'string') &&
    isTexts(versions) &&
    [fingerprint, rule, shapeFingerprint].every((text) => typeof text === 'string') &&
    (brokenKeys === null || Number.isSafeInteger(brokenKeys))
  )
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
