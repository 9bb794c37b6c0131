/** One packed and installed package for all files of the vitest project `package` (its `globalSetup`). */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { installPacked } from './installed.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of a project that has nothing but the packed package. */
    packedProject: string
  }
}

/** Called by vitest once, before the first test file; what it gives is called after the last. */
export function setup({ provide }: TestProject): () => void {
  const workshop = mkdtempSync(join(tmpdir(), 'lockstep-package-'))
  provide('packedProject', installPacked(workshop))
  return () => rmSync(workshop, { recursive: true, force: true })
}
