/** Copies of a PGlite folder by its own dump, read back by loading it; a copy takes the folder's place by its name. */

import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Contents, CopyChecks, Measure } from '../../core/backup.ts'
import { isLockstepError, LockstepError } from '../../core/error.ts'
import type {
  Clock,
  CopyWork,
  LockOptions,
  ReplaceOptions,
  Store,
  StoreBackups,
  Unpacked,
  UnpackOptions,
} from '../../core/ports.ts'
import type { HistoryPlace } from '../../readers/postgres.ts'
import { measure, readContents } from '../postgres/backup/contents.ts'
import type { PostgresClient } from '../postgres/client.ts'
import { expectRoom, syncPath, writeStaged } from '../staged-file.ts'
import { adaptPglite, loadPglite, type PgliteConnection } from './client.ts'

export interface PgliteBackupOptions {
  readonly about: { readonly store: string; readonly place: string }
  readonly folder: string
  readonly history: HistoryPlace
  readonly clock: Clock
  readonly isNew: () => boolean
  readonly get: () => Promise<PgliteConnection>
  readonly open: (folder: string) => Store
  readonly whileAlone: <T>(lock: LockOptions, work: () => Promise<T>) => Promise<T>
  /** Closes the database, runs `work` while nobody can open it, and lets the next question open what is there then. */
  readonly whileClosed: (work: () => Promise<void>) => Promise<void>
}

export function makePgliteBackups(options: PgliteBackupOptions): StoreBackups {
  const { about, history } = options
  return {
    form: 'pglite-tar',
    measure: () => readable(about, () => measureFolder(options)),
    readContents: () => readable(about, async () => inOneMoment(await options.get(), history)),
    copy: (file, work) => readable(about, () => copy(options, file, work)),
    check: (file) => check(options, file),
    unpack: (content, where) => unpack(options, content, where),
    readLeftovers: () => Promise.resolve(stagedThere(options)),
    removeLeftovers: async () => {
      for (const staged of stagedThere(options)) await removeStaged(staged)
    },
    whileAlone: options.whileAlone,
  }
}

/** The old state stands under one of these names while another takes its place: to be removed then, or to be kept. */
function standIns(folder: string): { readonly saved: string; readonly unsaved: string } {
  return { saved: `${folder}.lockstep-before`, unsaved: `${folder}.lockstep-unsaved` }
}

const places = ['target', 'scratch'] as const

/** Where a restored copy waits for the folder's name, or is only looked at. */
function stagedName(folder: string, place: (typeof places)[number]): string {
  return `${folder}.lockstep-${place === 'target' ? 'restore' : 'scratch'}`
}

function stagedThere({ folder }: PgliteBackupOptions): string[] {
  return places.map((place) => stagedName(folder, place)).filter((one) => existsSync(one))
}

async function removeStaged(staged: string): Promise<void> {
  await rm(staged, { recursive: true, force: true })
  for (const ending of ['', '-journal', '.holder']) await rm(`${staged}.lockstep-lock${ending}`, { force: true })
}

/** Whether a killed restore has left a folder under another name only. */
export function isHalfSwapped(folder: string): boolean {
  return !existsSync(folder) && Object.values(standIns(folder)).some((one) => existsSync(one))
}

/** Between the two renamings: the old state takes its name back. Only under the lock. */
export async function putBackHalfSwapped(folder: string): Promise<void> {
  for (const one of Object.values(standIns(folder)))
    if (!existsSync(folder) && existsSync(one)) await rename(one, folder)
}

/** What is left to do after a swap, or after one that was killed. Only under the lock; the answer is where the old state is kept. */
export async function finishSwap(folder: string, clock: Pick<Clock, 'now'>): Promise<string | null> {
  await putBackHalfSwapped(folder)
  const { saved, unsaved } = standIns(folder)
  // Where the copy still waits, somebody else has made a folder of this name meanwhile: nothing goes.
  if (existsSync(saved) && existsSync(stagedName(folder, 'target'))) await rename(saved, unsaved)
  await rm(saved, { recursive: true, force: true })
  if (!existsSync(unsaved)) return null
  const stamp = new Date(clock.now()).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-')
  const aside = `${folder}.before-restore-${stamp}`
  await rename(unsaved, aside)
  return aside
}

async function measureFolder({ folder, history, isNew, get }: PgliteBackupOptions): Promise<Measure> {
  if (isNew()) return { holds: 'nothing', bytes: 0 }
  const { holds } = await measure(await get(), history)
  return { holds, bytes: await bytesIn(folder) }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  let bytes = 0
  for (const one of entries) if (one.isFile()) bytes += (await stat(join(one.parentPath, one.name))).size
  return bytes
}

/** There is one session, so nobody changes anything between the count and the dump. */
async function copy({ history, get }: PgliteBackupOptions, file: string, { onBytes }: CopyWork): Promise<Contents> {
  const client = await get()
  const contents = await inOneMoment(client, history)
  const { dump } = client
  if (dump === undefined) throw new Error('this PGlite cannot dump its folder')
  const blob = await dump()
  let done = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of blob.stream()) {
      done += chunk.length
      onBytes(done, blob.size)
      yield chunk
    }
  }
  await writeStaged(file, counted())
  return contents
}

async function check({ about, history }: PgliteBackupOptions, file: string): Promise<CopyChecks> {
  const refuse = (reason: string): never => {
    throw new LockstepError('backup-unusable', { store: about.store, file, reason })
  }
  const client = await loadPglite(null, new Blob([await readFile(file)])).then(adaptPglite, (error: unknown) =>
    refuse(`PGlite cannot load it: ${String(error)}`),
  )
  try {
    return { checks: ['loaded into memory'], remarks: [], contents: await inOneMoment(client, history) }
  } finally {
    await client.close()
  }
}

async function inOneMoment(client: PostgresClient, history: HistoryPlace): Promise<Contents> {
  await client.run('begin isolation level repeatable read read only')
  try {
    return await readContents(client, history)
  } finally {
    await client.run('rollback')
  }
}

async function unpack(
  options: PgliteBackupOptions,
  content: AsyncIterable<Uint8Array>,
  { place, bytes }: UnpackOptions,
): Promise<Unpacked> {
  const { about, folder } = options
  const staged = stagedName(folder, place)
  const drop = (): Promise<void> => removeStaged(staged)
  await drop()
  await expectRoom(about, dirname(folder), bytes)
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = []
    for await (const chunk of content) chunks.push(new Uint8Array(chunk))
    await (await loadPglite(staged, new Blob(chunks))).close()
  } catch (error) {
    await drop()
    if (isLockstepError(error)) throw error
    const reason = `PGlite cannot load it: ${error instanceof Error ? error.message : String(error)}`
    throw new LockstepError('backup-unusable', { store: about.store, file: staged, reason }, { cause: error })
  }
  const store = options.open(staged)
  return {
    store,
    check: () => Promise.resolve({ checks: ['loaded'], remarks: [], contents: null }),
    replaceTarget: async (replacing) => {
      await store.close()
      const aside = await replaceFolder(options, staged, replacing)
      await drop()
      return aside
    },
    drop: async () => {
      await store.close()
      await drop()
    },
  }
}

/** Two renamings; a crash between them is mended by whoever opens the folder next. */
async function replaceFolder(
  { folder, clock, whileClosed }: PgliteBackupOptions,
  staged: string,
  { present }: ReplaceOptions,
): Promise<string | null> {
  await syncTree(staged)
  const { saved, unsaved } = standIns(folder)
  await whileClosed(async () => {
    if (existsSync(folder)) await rename(folder, present === 'saved' ? saved : unsaved)
    await rename(staged, folder)
    await syncPath(dirname(folder))
  })
  return await finishSwap(folder, clock)
}

/** PGlite runs with fsync off: what takes another's place must be on disk first. */
async function syncTree(folder: string): Promise<void> {
  for (const one of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!one.isFile()) continue
    await syncPath(join(one.parentPath, one.name))
  }
}

/** PGlite's own errors are of no class; whatever it is, such a database cannot be read. */
async function readable<T>(about: PgliteBackupOptions['about'], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isOfSystem = typeof (error as { syscall?: unknown } | null)?.syscall === 'string'
    if (isLockstepError(error) || isOfSystem) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new LockstepError('store-unreadable', { ...about, reason }, { cause: error })
  }
}
