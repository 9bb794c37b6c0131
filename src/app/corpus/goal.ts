/** From what a user says to where a run over documents leads. */

import type { DownTarget } from '../../core/choose-down.ts'
import { LockstepError } from '../../core/error.ts'
import type { CorpusGoal, CorpusPlace } from '../../documents/index.ts'
import { documentNamed } from '../../documents/index.ts'
import type { AppContext } from '../opening/context.ts'
import type { CorpusTarget } from './corpus-target.ts'
import type { OpenedCorpus } from './opening/open-corpus.ts'

/** Which documents a command is about. */
export interface DocumentsChoice {
  /** As the user names them; empty for all. */
  readonly only: readonly string[]
  /** As many as may change; `null` for all. */
  readonly limit: number | null
  readonly workingFolder: string
}

export function upGoal(
  target: CorpusTarget,
  open: OpenedCorpus,
  { to, choice, context }: { to: string | null; choice: DocumentsChoice; context: AppContext },
): CorpusGoal {
  const wanted = to ?? open.transforms.graph.latest
  if (wanted === null) throw new LockstepError('transforms-invalid', { faults: [`${target.folder} has no transform`] })
  expectKnown(wanted, target, open)
  return { direction: 'up', to: wanted, ...chosen(open, choice), now: nowOf(context) }
}

/** A step back is counted from the newest version that a document has. */
export function downGoal(
  target: CorpusTarget,
  open: OpenedCorpus,
  {
    wanted,
    newest,
    choice,
    context,
  }: { wanted: DownTarget; newest: string; choice: DocumentsChoice; context: AppContext },
): CorpusGoal {
  const to = downTo(wanted, newest, { target, open })
  const floor = wanted.kind === 'all' ? { floor: 'found' as const } : {}
  return { direction: 'down', to, ...floor, ...chosen(open, choice), now: nowOf(context) }
}

/** Documents relative to the root; throws for one that is not of this corpus. */
export function documentsNamed(open: CorpusPlace, { only, workingFolder }: DocumentsChoice): string[] | null {
  if (only.length === 0) return null
  return [...new Set(only.map((named) => documentNamed(open.files, open.corpus, { named, workingFolder })))]
}

export function nowOf({ clock }: AppContext): string {
  return new Date(clock.now()).toISOString()
}

function chosen(open: CorpusPlace, choice: DocumentsChoice): Pick<CorpusGoal, 'only' | 'limit'> {
  return { only: documentsNamed(open, choice), limit: choice.limit }
}

function downTo(
  wanted: DownTarget,
  newest: string,
  { target, open }: { readonly target: CorpusTarget; readonly open: OpenedCorpus },
): string {
  const { versions } = open.transforms.graph
  const oldest = versions[0] ?? newest
  switch (wanted.kind) {
    case 'to':
      expectKnown(wanted.version, target, open)
      return wanted.version
    case 'all':
      return oldest
    case 'steps':
      return versions[Math.max(0, versions.indexOf(newest) - wanted.steps)] ?? oldest
    case 'release': {
      const reason = `documents do not record a release (store ${target.name}); say --to <version>, or lockstep restore --run <run>`
      throw new LockstepError('wrong-arguments', { command: 'down', reason })
    }
  }
}

function expectKnown(wanted: string, { name }: CorpusTarget, { transforms }: OpenedCorpus): void {
  const known = transforms.graph.versions
  if (!known.includes(wanted)) throw new LockstepError('target-unknown', { wanted, store: name, known })
}
