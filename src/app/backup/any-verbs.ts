/** `backup create | list | verify | prune` over stores of any kind. What a corpus does is loaded where one is asked. */

import { type AnyTarget, byKind } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import type { Answer, BackupReport } from '../answers/report.ts'
import {
  type BackupOptions,
  type VerifyBackupsOptions,
  createBackups as createOfDatabases,
  listAllBackups as listOfDatabases,
  pruneBackups as pruneOfDatabases,
  verifyBackups as verifyOfDatabases,
} from './verbs.ts'

const packs = () => import('../corpus/keep/packs.ts')

export async function createBackups(
  targets: readonly AnyTarget[],
  options: BackupOptions,
  context: AppContext,
): Promise<Answer<BackupReport>> {
  return await byKind<BackupReport>(targets, {
    command: 'backup create',
    databases: (some) => createOfDatabases(some, options, context),
    corpus: async (one) => await (await packs()).createPack(one, options, context),
  })
}

export async function listAllBackups(
  targets: readonly AnyTarget[],
  context: AppContext,
): Promise<Answer<BackupReport>> {
  return await byKind<BackupReport>(targets, {
    command: 'backup list',
    databases: (some) => listOfDatabases(some),
    corpus: async (one) => await (await packs()).listPacks(one, context),
  })
}

export async function verifyBackups(
  targets: readonly AnyTarget[],
  options: VerifyBackupsOptions,
  context: AppContext,
): Promise<Answer<BackupReport>> {
  return await byKind<BackupReport>(targets, {
    command: 'backup verify',
    databases: (some) => verifyOfDatabases(some, options, context),
    corpus: async (one) => await (await packs()).verifyPacks(one, options, context),
  })
}

export async function pruneBackups(
  targets: readonly AnyTarget[],
  options: BackupOptions,
  context: AppContext,
): Promise<Answer<BackupReport>> {
  return await byKind<BackupReport>(targets, {
    command: 'backup prune',
    databases: (some) => pruneOfDatabases(some, options, context),
    corpus: async (one) => await (await packs()).prunePacks(one, options, context),
  })
}
