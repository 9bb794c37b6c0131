/** What a run would go over: which documents, what is in them, and by which steps. The ground of a plan for review. */

import { createHash } from 'node:crypto'
import { isLockstepError } from '../../core/error.ts'
import { unfinishedRuns } from '../files/recover.ts'
import { scanCorpus } from '../files/scan.ts'
import { sha256Of } from '../json/canonical.ts'
import { parseDocument } from '../json/parse.ts'
import type { JsonValue } from '../json/value.ts'
import { reasonToLeaveAlone } from '../migrate/migrate-document.ts'
import { readVersion } from '../migrate/version.ts'
import { type CorpusGoal, type OpenCorpus, chunkDocuments, nextTurn } from '../runs/open-corpus.ts'
import { readBytes } from '../runs/read-document.ts'

export interface Candidates {
  readonly documents: number
  /** Over the names and the bytes of all of them: another document, or another byte in one, is another fingerprint. */
  readonly fingerprint: string
  /** Steps that some of them go through, from the version to the next one. */
  readonly steps: readonly { readonly from: string; readonly to: string }[]
}

/** Documents that have a way to the goal. One that is refused on that way is among them: a run would look at it too. */
export async function findCandidates(open: OpenCorpus, goal: Omit<CorpusGoal, 'now'>): Promise<Candidates> {
  const ownLinks = unfinishedRuns(open.files, open.corpus).length > 0 ? 'possible' : 'none'
  const hash = createHash('sha256')
  const steps = new Map<string, Candidates['steps'][number]>()
  let [documents, seen] = [0, 0]
  for (const document of documentsOf(open, goal.only)) {
    if (++seen % chunkDocuments === 0) await nextTurn()
    const found = wayOf(open, goal, { document, ownLinks })
    if (found === null) continue
    documents++
    hash.update(`${JSON.stringify(document)} ${found.sha256}\n`)
    for (const [i, to] of found.path.entries()) {
      const from = i === 0 ? undefined : found.path[i - 1]
      if (from !== undefined) steps.set(`${from} ${to}`, { from, to })
    }
  }
  return { documents, fingerprint: hash.digest('hex'), steps: [...steps.values()] }
}

function* documentsOf({ files, corpus }: OpenCorpus, only: readonly string[] | null): Generator<string> {
  if (only !== null) yield* [...only].sort()
  else for (const found of scanCorpus(files, corpus)) if (found.kind === 'document') yield found.document
}

interface Way {
  readonly sha256: string
  readonly path: readonly string[]
}

/** `null` where a run would not change the document. */
function wayOf(
  open: OpenCorpus,
  { direction, to }: Pick<CorpusGoal, 'direction' | 'to'>,
  { document, ownLinks }: { readonly document: string; readonly ownLinks: 'possible' | 'none' },
): Way | null {
  const read = readBytes(open, document, ownLinks)
  if (!read.ok) return null
  try {
    const parsed = { file: document, value: valueOf(read.bytes, document, open) }
    const version = readVersion(parsed, open.rules)
    if (version === to || !open.transforms.graph.versions.includes(version)) return null
    if (reasonToLeaveAlone(parsed.value, open.rules) !== null) return null
    const way = open.transforms.findWay(direction, version, to)
    return way.found ? { path: way.path, sha256: sha256Of(read.bytes) } : null
  } catch (error) {
    if (isLockstepError(error) && error.code !== 'internal') return null
    throw error
  }
}

/** A plain parse will do for the version; what it cannot read may still be a document, behind a byte-order mark. */
function valueOf(bytes: Uint8Array, file: string, { rules }: OpenCorpus): JsonValue {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as JsonValue
  } catch {
    return parseDocument(bytes, file, rules.limits).value
  }
}
