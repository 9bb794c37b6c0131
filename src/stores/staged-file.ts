/** A private new file written from chunks, for copies that are put back: on disk when this resolves. */

import { open, statfs } from 'node:fs/promises'
import { LockstepError } from '../core/error.ts'

export async function writeStaged(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of chunks) {
      // A full disk may take a part of the bytes without an error: what was not taken is offered again.
      for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at, chunk.length - at)).bytesWritten
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes what was renamed in a folder survive a crash of the machine. */
export async function syncPath(path: string): Promise<void> {
  const opened = await open(path, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}

/** Throws `backup-space` where `needed` bytes would not fit into the folder. */
export async function expectRoom(
  { store, place }: { readonly store: string; readonly place: string },
  folder: string,
  needed: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free < needed) throw new LockstepError('backup-space', { store, place, needed, free })
}
