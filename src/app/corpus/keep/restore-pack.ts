/** `restore` of documents from a pack: all of them, or some. */

import { readableBackup } from '../../../backup/read-back.ts'
import { restoreTexts, textsOfPack } from '../../../documents/index.ts'
import { tellProgress, whileFolderLocked } from '../../backup/backup.ts'
import { findOrThrow } from '../../backup/verbs.ts'
import type { CorpusOutcome } from '../../opening/by-kind.ts'
import type { AppContext } from '../../opening/context.ts'
import { type Confirmation, refuseUnconfirmed } from '../../running/confirm.ts'
import type { RestoreReport, StoreReport } from '../../answers/report.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import { nowOf } from '../goal.ts'
import { placeOf } from '../opening/open-corpus.ts'
import { whileCorpusLocked } from '../locked.ts'
import { withRestored } from '../moving/restored.ts'
import { headOf } from '../run-head.ts'
import { answering } from '../standing.ts'
import { asBackedUp, expectWhole, infoOfPack, refusing } from './packs.ts'

export interface RestorePack extends Confirmation {
  /** As `backup list` shows it, or a path. */
  readonly backup: string
  readonly cwd: string
  /** Documents as the pattern finds them below the root, or as they are named from the working folder; empty for all. */
  readonly only: readonly string[]
  readonly lockWaitMs: number
}

/** Nothing is changed before the whole pack was read and found good. Documents that are not in it stay as they are. */
export async function restorePack(
  target: CorpusTarget,
  options: RestorePack,
  context: AppContext,
): Promise<CorpusOutcome<RestoreReport>> {
  const none: Omit<RestoreReport, keyof StoreReport> = {
    restored: null,
    lost: null,
    saved: null,
    setAside: null,
    head: null,
  }
  return await answering(target, none, async () => {
    refuseUnconfirmed({ target, history: { meta: null } }, options)
    const open = placeOf(target.source)
    const backed = asBackedUp(target, open)
    const found = await findOrThrow(backed, { wanted: options.backup, cwd: options.cwd })
    const backup = readableBackup(found, backed.store)
    const refuse = refusing(target.name, found.file)
    const only = options.only.length === 0 ? null : options.only.map((named) => withoutRoot(named, open.corpus.name))
    const tell = tellProgress(target.name, context)
    const chunks = backup.read((done, total) => tell('restoring', done, total))
    const head = headOf(target, context)
    const { lockWaitMs } = options
    const answer = await whileFolderLocked(backed, { context, lockWaitMs }, () =>
      whileCorpusLocked(target, { context, lockWaitMs }, async () => {
        await expectWhole(open, backup, { backed, only, context })
        const texts = textsOfPack(open, { chunks, only, refuse })
        const goal = { run: found.file, changedSince: 'replace', now: nowOf(context), texts } as const
        return await restoreTexts(open, goal, { head, signal: context.signal, onProgress: () => undefined })
      }),
    )
    const named = { taken: found.file, from: 'backup', run: head.run } as const
    const { report, exits } = await withRestored(target, { answer, context, ...named })
    return { report: { ...report, restored: infoOfPack(found) }, exits }
  })
}

/** A document that is gone has only its name: as the pack has it, or with the folder of the pattern before it. */
function withoutRoot(named: string, root: string): string {
  const plain = named.replace(/^\.\//, '')
  return plain.startsWith(`${root}/`) ? plain.slice(root.length + 1) : plain
}
