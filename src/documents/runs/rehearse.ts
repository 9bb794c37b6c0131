/** Tries every transform on real documents, in memory: twice under strange clocks, and back again. */

import { type LockstepError, isLockstepError } from '../../core/error.ts'
import { stepName } from '../transforms/registry.ts'
import type { Transform } from '../transforms/transform.ts'
import { type ParsedDocument, parseDocument } from '../json/parse.ts'
import { sha256Of } from '../json/canonical.ts'
import { type MigrateOptions, migrateDocument } from '../migrate/migrate-document.ts'
import { readVersion } from '../migrate/version.ts'
import type { OpenCorpus } from './open-corpus.ts'

/**
 * `exact`: every document came back to its very bytes. `differs`: one did not. `one-way`: there is no down. `fails`:
 * one was refused. `untried`: no document of its version was there.
 */
export type StepVerdict = 'exact' | 'differs' | 'one-way' | 'fails' | 'untried'

export interface RehearsedStep {
  /** `1.0.0-1.1.0`, as its file is named. */
  readonly step: string
  readonly verdict: StepVerdict
  /** Documents that it was tried on. */
  readonly documents: number
  /** The first failures and differences, by document. */
  readonly findings: readonly { readonly file: string; readonly what: string }[]
  /** What its operations are known not to bring back. */
  readonly loses: readonly string[]
}

export interface RehearseOptions {
  readonly now: string
  /** As many documents of one version as each of its steps is tried on. */
  readonly documentsPerStep: number
}

const findingsMax = 5

interface Trial {
  documents: number
  failed: boolean
  differs: boolean
  readonly findings: { file: string; what: string }[]
}

/** Rehearses all steps on documents as they come; those that are refused before a step count against nothing. */
export function rehearseTransforms(
  open: Pick<OpenCorpus, 'transforms' | 'contracts' | 'rules'>,
  documents: Iterable<ParsedDocument>,
  { now, documentsPerStep }: RehearseOptions,
): RehearsedStep[] {
  const trials = new Map<Transform, Trial>(
    open.transforms.transforms.map((transform) => [
      transform,
      { documents: 0, failed: false, differs: false, findings: [] },
    ]),
  )
  for (const document of documents) {
    for (let at: readonly ParsedDocument[] = [document]; at.length > 0;) {
      at = at.flatMap((one) => nextOf(open, one, { trials, now, documentsPerStep }))
    }
  }
  return [...trials].map(([transform, trial]) => ({
    step: stepName(transform),
    verdict: verdictOf(transform, trial),
    documents: trial.documents,
    findings: trial.findings,
    loses: transform.loses,
  }))
}

/** Tries every step that begins at a document's version; gives the documents that came out. */
function nextOf(
  open: Pick<OpenCorpus, 'transforms' | 'contracts' | 'rules'>,
  document: ParsedDocument,
  work: { readonly trials: ReadonlyMap<Transform, Trial> } & RehearseOptions,
): ParsedDocument[] {
  let version: string
  try {
    version = readVersion(document, open.rules)
  } catch (error) {
    if (isLockstepError(error)) return []
    throw error
  }
  const made: ParsedDocument[] = []
  for (const [transform, trial] of work.trials) {
    if (transform.from !== version || trial.documents >= work.documentsPerStep) continue
    const after = tryStep(open, document, { transform, trial, now: work.now })
    if (after !== null) made.push(after)
  }
  return made
}

function tryStep(
  open: Pick<OpenCorpus, 'transforms' | 'contracts' | 'rules'>,
  document: ParsedDocument,
  { transform, trial, now }: { readonly transform: Transform; readonly trial: Trial; readonly now: string },
): ParsedDocument | null {
  const { file } = document
  const options = { ...open, now, purity: 'twice' } satisfies Omit<MigrateOptions, 'direction' | 'to'>
  const up = migrateDocument(document, { ...options, direction: 'up', to: transform.to })
  // A document that is refused as it stands, or left alone, says nothing about the step.
  if (up.state !== 'migrated' && !(up.state === 'refused' && blamesStep(up.error))) return null
  trial.documents++
  if (up.state === 'refused') {
    trial.failed = true
    note(trial, file, up.error.message)
    return null
  }
  const after = parseDocument(up.bytes, file, open.rules.limits)
  if (transform.down === null) return after
  const down = migrateDocument(after, { ...options, direction: 'down', to: transform.from })
  if (down.state !== 'migrated') {
    trial.failed = true
    note(trial, file, down.state === 'refused' ? `down: ${down.error.message}` : `down: ${down.state}`)
  } else if (down.after !== sha256Of(document.bytes)) {
    trial.differs = true
    note(trial, file, 'up and down do not give the same bytes')
  }
  return after
}

function blamesStep(error: LockstepError): boolean {
  return error.code !== 'document-invalid' && error.code !== 'document-version-missing'
}

function note(trial: Trial, file: string, what: string): void {
  if (trial.findings.length < findingsMax) trial.findings.push({ file, what })
}

function verdictOf(transform: Transform, trial: Trial): StepVerdict {
  if (trial.documents === 0) return 'untried'
  if (trial.failed) return 'fails'
  if (transform.down === null) return 'one-way'
  return trial.differs ? 'differs' : 'exact'
}
