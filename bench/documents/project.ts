/** The example `manifests` over a corpus of the bench: its transforms and contracts, and the build in `node_modules`. */

import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const example = join(import.meta.dirname, '../../examples/manifests')

export interface ProjectSettings {
  /** Whether documents are held against them, as the example does. */
  readonly contracts: 'checked' | 'none'
  /** The folder of the package. */
  readonly lockstep: string
  readonly files?: string
}

export function makeProject(
  folder: string,
  { contracts, lockstep, files = 'artifacts/**/manifest.json' }: ProjectSettings,
): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(lockstep, join(folder, 'node_modules/lockstep'))
  for (const part of ['migrations', 'contracts']) cpSync(join(example, part), join(folder, part), { recursive: true })
  const manifests = {
    kind: 'documents',
    files,
    version: 'schema_version',
    protect: ['run_id', 'job_id', 'doctrine'],
    minorSteps: 'additive',
    ...(contracts === 'checked' ? { contracts: 'contracts/manifests/{version}.schema.json' } : {}),
  }
  writeFileSync(join(folder, 'lockstep.config.json'), JSON.stringify({ preset: 'documents', stores: { manifests } }))
}
