/** The transforms of a folder: each a module that is named by its step, `1.0.0-1.1.0.ts`. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checksum, checksumOf } from '../../../core/checksum.ts'
import { LockstepError } from '../../../core/error.ts'
import { type Transform, faultsOfTransform, stepName } from '../../../documents/index.ts'
import { loadExport } from '../../../sources/load-module.ts'
import { sha256 } from '../../opening/context.ts'

export interface LoadedTransforms {
  readonly transforms: readonly Transform[]
  /** By step; as the user would name them. */
  readonly files: ReadonlyMap<string, string>
  /** By step; over its file and the modules that steps share. */
  readonly checksums: ReadonlyMap<string, Checksum>
}

interface Folder {
  /** Absolute. */
  readonly folder: string
  readonly shownAs: string
}

/** Begins with a digit, as versions do: other modules of the folder are what transforms share. */
const transformFile = /^v?[0-9].*(?<!\.d|\.test)\.[cm]?[jt]s$/

const moduleFile = /(?<!\.d|\.test)\.[cm]?[jt]s$/

const help = "export default defineTransform({ from: '1.0.0', to: '1.1.0', changes: ['...'], up: (document) => ... })"

/** Loads them one after the other; a file whose name and step differ is refused. */
export async function loadTransforms({ folder, shownAs }: Folder): Promise<LoadedTransforms> {
  const there = namesIn(folder, shownAs).sort()
  const names = there.filter((name) => transformFile.test(name))
  const shared = there
    .filter((name) => moduleFile.test(name) && !transformFile.test(name))
    .map((name) => textOf(folder, name))
  const checksums = new Map<string, Checksum>()
  const transforms: Transform[] = []
  const files = new Map<string, string>()
  for (const name of names) {
    const file = `${shownAs}/${name}`
    const transform = await loadTransform(join(folder, name), file)
    const step = stepName(transform)
    if (name.replace(/\.[cm]?[jt]s$/, '') !== step) {
      const reason = `it is the step ${step}, so its name is ${step}.ts`
      throw new LockstepError('module-invalid', { file, reason, help: `mv ${file} ${shownAs}/${step}.ts` })
    }
    transforms.push(transform)
    files.set(step, file)
    checksums.set(step, checksumOf([textOf(folder, name), ...shared], createHash('sha256')))
  }
  return { transforms, files, checksums }
}

/** Transforms that a program brings along; looked at like any other. */
export function takeTransforms(transforms: readonly Transform[]): LoadedTransforms {
  for (const transform of transforms) {
    const faults = faultsOfTransform(transform)
    if (faults.length > 0) throw new LockstepError('transforms-invalid', { faults })
  }
  return { transforms, files: new Map(), checksums: new Map() }
}

async function loadTransform(path: string, file: string): Promise<Transform> {
  const exported = await loadExport({ path, file, key: sha256(readFileSync(path, 'utf8')).slice(0, 16), help })
  const faults = faultsOfTransform(exported)
  if (faults.length > 0) throw new LockstepError('module-invalid', { file, reason: faults.join('; '), help })
  // Looked through just now.
  return exported as Transform
}

function textOf(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

function namesIn(folder: string, shownAs: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    const code = (cause as { code?: unknown }).code
    const reason = code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${String(code)})`
    throw new LockstepError('transforms-invalid', { faults: [`${shownAs}: ${reason}`] }, { cause })
  }
}
