/** `rehearse` of documents: every transform on real documents, in memory, twice under strange clocks, and back again. */

import type { ExitCode } from '../../core/errors/entry.ts'
import { type ParsedDocument, readDocument, rehearseTransforms, scanCorpus } from '../../documents/index.ts'
import type { CorpusOutcome } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import type { RehearseReport } from '../rehearse.ts'
import type { CorpusTarget } from './corpus-target.ts'
import type { OpenedCorpus } from './opening/open-corpus.ts'
import { nowOf } from './goal.ts'
import type { RehearsedTransform } from './report.ts'
import { answering, standingOf } from './standing.ts'

/** As many of one version as each step is tried on. */
const documentsPerStep = 100
/** A corpus of a million is not read for a rehearsal. */
const documentsMost = 20_000

export async function rehearseDocuments(
  target: CorpusTarget,
  context: AppContext,
): Promise<CorpusOutcome<RehearseReport>> {
  return await answering(target, { rehearsed: [] }, async () => {
    const open = await target.open()
    const steps = rehearseTransforms(open, sampleOf(open), { now: nowOf(context), documentsPerStep })
    const transforms = steps.map((one) => ({ ...one, file: open.transformFiles.get(one.step) ?? one.step }))
    const { report, documents } = await standingOf(target, { depth: 'versions' })
    return {
      report: { ...report, documents: { ...documents, transforms } },
      exits: transforms.flatMap((one) => exitOf(one, target)),
    }
  })
}

/** Documents that cannot be read say nothing about a transform; `status` counts them. */
function* sampleOf(open: OpenedCorpus): Generator<ParsedDocument> {
  let seen = 0
  for (const found of scanCorpus(open.files, open.corpus)) {
    if (found.kind !== 'document') continue
    if (++seen > documentsMost) return
    const read = readDocument(open, found.document, 'possible')
    if (read.ok) yield read.parsed
  }
}

function exitOf({ verdict }: RehearsedTransform, { policy }: CorpusTarget): readonly ExitCode[] {
  switch (verdict) {
    case 'exact':
    case 'untried':
      return []
    case 'one-way':
      return policy.direction === 'reversible' ? [3] : []
    case 'differs':
    case 'fails':
      return [3]
  }
}
