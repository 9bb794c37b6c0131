/** What a run writes down before it replaces anything: enough to finish it, or to take it back, after any crash. */

import { join } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import type { Sha256 } from '../json/canonical.ts'
import type { Corpus } from './corpus.ts'
import type { FileSystem } from './file-system.ts'
import { backupFolder, batchFile, endFile, headFile, isBatchFile, isLeaving, runFolder, runsFolder } from './names.ts'

export const journalFormat = 1

/** `links`: in the run's own folder. `sidecar`: beside each document. */
export type BackupForm = 'links' | 'sidecar'

export interface RunHead {
  readonly format: typeof journalFormat
  readonly run: string
  /** `adopt`: backups that another tool has made were written down; no document was changed. */
  readonly command: 'up' | 'down' | 'restore' | 'adopt'
  /** ISO 8601, UTC. */
  readonly at: string
  /** `user@host`. */
  readonly by: string
  readonly tool: string
  readonly form: BackupForm
  /** The pattern of the corpus. */
  readonly files: string
}

/** One document that is about to be replaced. */
export interface JournalEntry {
  /** Relative to the root, as all paths here. */
  readonly document: string
  readonly from: string
  readonly to: string
  readonly before: Sha256
  readonly after: Sha256
  readonly backup: string
  /** Where a copy waits to become the backup, because no link could be made; `null` for a link. */
  readonly copy: string | null
}

export interface JournalBatch {
  readonly number: number
  readonly entries: readonly JournalEntry[]
  /** Documents that were prepared but not replaced; `null` while nobody knows which these are. */
  readonly left: readonly string[] | null
}

export interface RunEnd {
  readonly at: string
  readonly replaced: number
  /** Ended by a later run, after a crash. */
  readonly recovered: boolean
}

export function printEntries(entries: readonly JournalEntry[]): Uint8Array {
  return Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}

export function printDone(left: readonly string[]): Uint8Array {
  return Buffer.from(`${JSON.stringify({ done: true, left })}\n`)
}

/** Names of all runs of a corpus, oldest name first. */
export function listRuns(files: FileSystem, corpus: Corpus): string[] {
  return runFolders(files, corpus).filter((name) => !isLeaving(name))
}

/** Runs that somebody has begun to remove, under the names that they have now. */
export function listLeaving(files: FileSystem, corpus: Corpus): string[] {
  return runFolders(files, corpus).filter(isLeaving)
}

function runFolders(files: FileSystem, corpus: Corpus): string[] {
  const folder = join(corpus.root, runsFolder)
  if (files.facts(folder) === null) return []
  return files
    .list(folder)
    .filter((entry) => entry.kind === 'folder')
    .map((entry) => entry.name)
    .sort()
}

/** `null` where the run did not get as far as to write it whole. */
export function readHead(files: FileSystem, corpus: Corpus, run: string): RunHead | null {
  return readJson<RunHead>(files, join(corpus.root, headFile(run)), ['run', 'command', 'at', 'form'])
}

export function readEnd(files: FileSystem, corpus: Corpus, run: string): RunEnd | null {
  return readJson<RunEnd>(files, join(corpus.root, endFile(run)), ['at'])
}

export function listBatches(files: FileSystem, corpus: Corpus, run: string): number[] {
  return files
    .list(join(corpus.root, runFolder(run)))
    .filter((entry) => isBatchFile(entry.name))
    .map((entry) => Number(/\d+/.exec(entry.name)?.[0]))
    .sort((a, b) => a - b)
}

/** What a run has done before it is taken up again. */
export interface EarlierPart {
  readonly batches: number
  /** The highest number of a folder of backups. */
  readonly chunks: number
  readonly replaced: number
}

/** Nothing, for a run that is not there yet. Any other has its end: its own, or one that a recovery has written. */
export function readEarlierPart(files: FileSystem, corpus: Corpus, run: string): EarlierPart {
  if (files.facts(join(corpus.root, runFolder(run))) === null) return { batches: 0, chunks: 0, replaced: 0 }
  const batches = listBatches(files, corpus, run).at(-1) ?? 0
  const backups = join(corpus.root, backupFolder(run))
  const folders = files.facts(backups) === null ? [] : files.list(backups)
  const chunks = folders.map(({ name }) => Number(name)).filter(Number.isInteger)
  return { batches, chunks: Math.max(0, ...chunks), replaced: readEnd(files, corpus, run)?.replaced ?? 0 }
}

/**
 * One batch. Lines that a crash has torn are left out as long as the batch is not done: nothing was replaced then,
 * since all of them are on disk before the first document is.
 */
export function readBatch(
  files: FileSystem,
  corpus: Corpus,
  { run, number }: { readonly run: string; readonly number: number },
): JournalBatch {
  const path = join(corpus.root, batchFile(run, number))
  const text = Buffer.from(files.read(path, Infinity)?.bytes ?? []).toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  const parsed = lines.map(parseLine)
  const last = parsed.at(-1)
  const left = last !== undefined && last !== null && 'done' in last ? last.left : null
  const broken = parsed.indexOf(null)
  if (left !== null && broken !== -1) throw new LockstepError('journal-broken', { file: path, line: broken + 1 })
  const entries = parsed.filter((line): line is JournalEntry => line !== null && 'document' in line)
  return { number, entries, left }
}

/** All that a run had prepared, and whether it was put in place, batch by batch: of a million, one batch is in memory. */
export function* preparedBy(
  files: FileSystem,
  corpus: Corpus,
  run: string,
): Generator<{ readonly entry: JournalEntry; readonly isReplaced: boolean }> {
  for (const number of listBatches(files, corpus, run)) {
    const { entries, left } = readBatch(files, corpus, { run, number })
    const leftOut = new Set(left ?? entries.map((entry) => entry.document))
    for (const entry of entries) yield { entry, isReplaced: !leftOut.has(entry.document) }
  }
}

/** The documents that a run replaced. */
export function* replacedBy(files: FileSystem, corpus: Corpus, run: string): Generator<JournalEntry> {
  for (const { entry, isReplaced } of preparedBy(files, corpus, run)) if (isReplaced) yield entry
}

interface DoneLine {
  readonly done: true
  readonly left: readonly string[]
}

function parseLine(line: string): JournalEntry | DoneLine | null {
  const value = parseRecord(line)
  if (value === null) return null
  if (value['done'] === true && Array.isArray(value['left'])) return value as unknown as DoneLine
  const wanted = ['document', 'before', 'after', 'backup', 'from', 'to']
  return wanted.every((key) => typeof value[key] === 'string') ? (value as unknown as JournalEntry) : null
}

function readJson<T>(files: FileSystem, path: string, wanted: readonly string[]): T | null {
  const bytes = files.read(path, 1024 * 1024)?.bytes ?? null
  const value = bytes === null ? null : parseRecord(Buffer.from(bytes).toString('utf8'))
  // The members that are used were just looked for.
  return value !== null && wanted.every((key) => typeof value[key] === 'string') ? (value as T) : null
}

function parseRecord(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    // Torn by a crash: the caller knows what that means.
    return null
  }
}
