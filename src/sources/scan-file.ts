/** One pass over a file: its checksum, its head and its markers. The text itself is not kept. */

import { startChecksum, type Checksum } from '../core/checksum.ts'
import { LockstepError } from '../core/error.ts'
import type { Body } from '../core/migration.ts'
import type { Layout } from './layouts/layout.ts'
import { makeHasher } from './text/hasher.ts'
import { readHead } from './text/head.ts'
import { searchMarkers, type Marker } from './text/markers.ts'
import { lineAt, readText, type TextFile } from './text/read-text.ts'

export interface Scanned {
  readonly checksum: Checksum
  /** The first chunk: all of a small file, and the only place where directives are read. */
  readonly start: string
  /** Characters before the first token. */
  readonly headEnd: number
  /** Characters, without the byte-order mark. */
  readonly length: number
  /** Those of the layout itself. */
  readonly markers: readonly Marker[]
}

export interface Scanning extends TextFile {
  readonly language: Body['language']
  readonly layout: Pick<Layout, 'markers'>
}

/** Throws `layout-mismatch` for the markers of other tools, `directive-invalid` for a directive behind the head. */
export function scanFile(scanning: Scanning): Scanned {
  const checksum = startChecksum(makeHasher())
  const search = searchMarkers(scanning.language)
  let start: string | null = null
  let length = 0
  for (const chunk of readText(scanning)) {
    start ??= chunk
    length += chunk.length
    checksum.add(chunk)
    search.add(chunk)
  }
  const { end: headEnd } = readHead(start ?? '', scanning.language)
  const markers = search.finish()
  for (const marker of markers) refuseMarker(marker, headEnd, scanning)
  return { checksum: checksum.finish(), start: start ?? '', headEnd, length, markers }
}

function refuseMarker(marker: Marker, headEnd: number, { file, path, layout }: Scanning): void {
  const { family, text, start } = marker
  if (family === 'lockstep') {
    if (start < headEnd) return
    const reason = `"${text}" does nothing here: directives stand before the first statement`
    throw new LockstepError('directive-invalid', { file, line: lineAt({ file, path }, start), reason })
  }
  // sqlx reads its own only in the first line; elsewhere it is a comment.
  if (family === layout.markers || (family === 'sqlx' && start > 0)) return
  throw new LockstepError('layout-mismatch', { file, marker: text, layout: family })
}
