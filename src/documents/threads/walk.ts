/** The names of all documents, in pieces that are given out one by one. */

import type { LeftDocument } from '../files/prepare.ts'
import { type Found, scanCorpus } from '../files/scan.ts'
import { type CorpusGoal, type OpenCorpus, nextTurn } from '../runs/open-corpus.ts'

/** Documents that are looked at in one go. */
export interface Chunk {
  readonly documents: readonly string[]
  /** What the scan itself refuses, each with the number of documents that stand before it. */
  readonly refused: readonly (LeftDocument & { readonly after: number })[]
  /** Symbolic links, which are not followed. */
  readonly links: number
}

export interface Walk {
  /** The next piece, in the order of the scan; `null` after the last one. */
  next(): Promise<Chunk | null>
  /** Documents found so far, and whether these are all. */
  found(): { readonly documents: number; readonly all: boolean }
  stop(): void
}

export interface Walking {
  /** As many documents as one chunk holds. */
  readonly chunkDocuments: number
  readonly onLeftover: (document: string) => void
}

/** Chunks that are walked before the work on documents has its turn. */
const chunksPerTurn = 8

/** Between names that wait: no name holds it. */
const separator = '\0'

/**
 * Walks ahead of the work, so that it is known early how much there is to do. Names that wait are the bytes of one text
 * a chunk, some fifty a document: the only thing that grows with a corpus.
 */
export function walkAhead(open: OpenCorpus, goal: CorpusGoal, walking: Walking): Walk {
  const waiting: ((Omit<Chunk, 'documents'> & { readonly names: Buffer }) | null)[] = []
  const walk = { taken: 0, documents: 0, ended: false, stopped: false }
  const going = (async (): Promise<void> => {
    let chunks = 0
    for (const { documents, ...rest } of chunksOf(open, goal, walking)) {
      if (walk.stopped) return
      walk.documents += documents.length
      waiting.push({ ...rest, names: Buffer.from(documents.join(separator)) })
      if (++chunks % chunksPerTurn === 0) await nextTurn()
    }
  })().finally(() => {
    walk.ended = true
  })
  // Its error is thrown by `next`, once all that was found before is given out.
  going.catch(() => undefined)
  return {
    next: async () => {
      while (walk.taken === waiting.length && !walk.ended) await nextTurn()
      const chunk = waiting[walk.taken] ?? null
      if (chunk === null) {
        await going
        return null
      }
      waiting[walk.taken++] = null
      const { names, refused, links } = chunk
      return { documents: names.length === 0 ? [] : names.toString().split(separator), refused, links }
    },
    found: () => ({ documents: walk.documents, all: walk.ended }),
    stop: () => {
      walk.stopped = true
    },
  }
}

function* chunksOf(open: OpenCorpus, goal: CorpusGoal, { chunkDocuments, onLeftover }: Walking): Generator<Chunk> {
  let documents: string[] = []
  let refused: (LeftDocument & { readonly after: number })[] = []
  let links = 0
  for (const found of documentsOf(open, goal)) {
    if (found.kind === 'leftover') onLeftover(found.document)
    else if (found.kind === 'link') links++
    else if (found.kind === 'refused') refused.push({ ...found, after: documents.length })
    else documents.push(found.document)
    if (documents.length + refused.length < chunkDocuments) continue
    yield { documents, refused, links }
    documents = []
    refused = []
    links = 0
  }
  if (documents.length + refused.length + links > 0) yield { documents, refused, links }
}

function* documentsOf(open: OpenCorpus, goal: CorpusGoal): Generator<Found> {
  if (goal.only === null) yield* scanCorpus(open.files, open.corpus)
  else for (const document of [...goal.only].sort()) yield { kind: 'document', document }
}
