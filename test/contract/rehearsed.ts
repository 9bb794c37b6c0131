/** Rehearses files as the command line does, in a folder that is gone afterwards. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { openTargets, closeTargets } from '../../src/app/opening/open.ts'
import { rehearse, type RehearsedReport, type RehearseOptions } from '../../src/app/rehearse.ts'
import type { Target } from '../../src/app/opening/target.ts'
import type { Policy } from '../../src/core/policy.ts'
import { readSettings } from '../../src/settings/read-settings.ts'
import { contextOf } from '../support/target.ts'

const folders: string[] = []
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })))

/** By name, below the folder of migrations. */
export type Files = Readonly<Record<string, string>>

export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-rehearse-'))
  folders.push(folder)
  mkdirSync(join(folder, 'migrations'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'migrations', name), text)
  return folder
}

/** Every file, on generated rows. */
export const all: RehearseOptions = { choice: { kind: 'all' }, on: 'same', seeds: null, columnOrder: 'ignored' }

/** What a rehearsal of a store at this address says of them. */
export async function rehearsed(
  url: string,
  files: Files,
  { options = all, policy = {} }: { options?: RehearseOptions; policy?: Partial<Policy> } = {},
): Promise<{ readonly exit: number; readonly list: readonly RehearsedReport[] }> {
  const cwd = folderOf(files)
  const context = contextOf()
  const settings = await readSettings({ cwd, env: {}, flags: { url, migrations: 'migrations' }, command: 'rehearse' })
  const targets = await openTargets(settings.stores, { lockWaitMs: 0 }, context)
  try {
    const ruled: Target[] = targets.map((one) => ({ ...one, policy: { ...one.policy, ...policy } }))
    const answer = await rehearse(ruled, options, context)
    expect(answer.stores.map((one) => one.error)).toEqual([null])
    return { exit: answer.exit, list: answer.stores.flatMap((one) => one.rehearsed) }
  } finally {
    await closeTargets(targets)
  }
}
