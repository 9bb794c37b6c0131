/** Documents out of a copy of the whole corpus. As every restore it is a run, and can be taken back. */

import type { FileFacts } from '../files/file-system.ts'
import { dirname } from 'node:path'
import { pathOf } from '../files/corpus.ts'
import type { CorpusPlace } from '../runs/open-corpus.ts'
import type { OldText } from '../runs/restore.ts'
import { type CopyReading, readEntries, versionIn } from './copies.ts'
import type { TarEntry } from './tar.ts'

/** The texts of a copy that was checked. */
export async function* textsOfPack(open: CorpusPlace, { chunks, only, refuse }: CopyReading): AsyncGenerator<OldText> {
  const wanted = only === null ? null : new Set(only)
  for await (const entry of readEntries(chunks, { corpus: open.corpus, refuse })) {
    if (wanted === null || wanted.has(entry.path)) yield textOf(open, entry)
  }
}

function textOf(open: CorpusPlace, { path: document, bytes, sha256, mode }: TarEntry): OldText {
  const { files, corpus, rules } = open
  const then = versionIn(bytes, rules)
  const present = files.facts(pathOf(corpus, document))
  const now = present === null ? null : (files.read(pathOf(corpus, document), rules.limits.bytesMax)?.bytes ?? null)
  return {
    document,
    sha256,
    // Whoever asks for a backup wants what was there then; the present text is kept by the run.
    leftAs: null,
    versions: { from: now === null ? then : versionIn(now, rules), to: then },
    read: () => ({ bytes, facts: factsFor(open, { document, mode, length: bytes.length }) }),
  }
}

/** A document that is made anew belongs to whom its surroundings belong. */
function factsFor(
  { files, corpus }: CorpusPlace,
  { document, mode, length }: { readonly document: string; readonly mode: number; readonly length: number },
): FileFacts {
  const around = files.facts(dirname(pathOf(corpus, document))) ?? files.facts(corpus.root)
  const mine = { owner: process.getuid?.() ?? 0, group: process.getgid?.() ?? 0 }
  const { owner, group } = mine.owner === 0 && around !== null ? around : mine
  return { kind: 'file', id: '', links: 1, bytes: length, modified: '0', settled: false, mode, owner, group }
}
