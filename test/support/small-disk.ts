/** A disk of a given size, for tests of a full one. Needs the right to mount. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** `null`, with a loud word, where nothing can be mounted; in CI that is a failure. */
export function mountSmallDisk(bytes: number): { readonly folder: string; resize(bytes: number): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-disk-'))
  const mount = (options: string): void =>
    void execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
  try {
    mount(`size=${bytes}`)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    if (process.env['CI'] === 'true') throw error
    console.warn(`SKIPPED: a small disk cannot be mounted here: ${String(error)}`)
    return null
  }
  onTestFinished(() => {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, resize: (more) => mount(`remount,size=${more}`) }
}
