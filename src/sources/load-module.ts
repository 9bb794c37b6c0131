/** Migrations in TypeScript or JavaScript, loaded by Node itself: it removes types and does nothing else. */

import { pathToFileURL } from 'node:url'
import type { Checksum } from '../core/checksum.ts'
import { LockstepError } from '../core/error.ts'
import type { CodeMigration, MigrationApi } from '../core/ports.ts'

export interface ModuleFile {
  readonly path: string
  /** As the user would name it. */
  readonly file: string
  readonly checksum: Checksum
}

/** Imports a module; throws `module-invalid` with the remedy. */
export function loadModule(source: ModuleFile): Promise<CodeMigration> {
  const loaded = queue.then(() => importModule(source))
  queue = loaded.catch(() => undefined)
  return loaded
}

/** Node mixes up modules that are imported at the same time and import each other: one after the other. */
let queue: Promise<unknown> = Promise.resolve()

async function importModule({ path, file, checksum }: ModuleFile): Promise<CodeMigration> {
  return readNamespace(await importNamespace({ path, file, key: checksum.slice(-16) }), file)
}

export interface ExportFile extends Pick<ModuleFile, 'path' | 'file'> {
  /** Changes with the text of the file. */
  readonly key: string
  /** How such a module is written; default: as a migration. */
  readonly help?: string
}

/** What a module exports as its default, whatever that is; throws `module-invalid` where it cannot be loaded. */
export function loadExport(source: ExportFile): Promise<unknown> {
  const loaded = queue.then(async () => (await importNamespace(source))['default'])
  queue = loaded.catch(() => undefined)
  return loaded
}

async function importNamespace({ path, file, key, ...told }: ExportFile): Promise<Readonly<Record<string, unknown>>> {
  // Node keeps a module for as long as the process lives; an edited text must not be answered by the former one.
  const url = pathToFileURL(path)
  url.searchParams.set('checksum', key)
  try {
    return (await import(url.href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new LockstepError('module-invalid', { file, ...told, ...faultOf(error) }, { cause: error })
  }
}

/** `export default defineMigration({...})`, a plain object, named exports, or `module.exports`. */
function readNamespace(namespace: Readonly<Record<string, unknown>>, file: string): CodeMigration {
  const invalid = (reason: string): LockstepError => new LockstepError('module-invalid', { file, reason })
  const found = exportedBy(namespace)
  if (found === null) throw invalid(`its default export is ${typeof namespace['default']}, not an object with "up"`)
  const { up, down, description, transaction } = found
  if (typeof up !== 'function') throw invalid('it exports no function "up"')
  if (down !== undefined && typeof down !== 'function') throw invalid('"down" is no function')
  if (description !== undefined && typeof description !== 'string') throw invalid('"description" is no text')
  if (transaction !== undefined && typeof transaction !== 'boolean')
    throw invalid('"transaction" is neither true nor false')
  // Called on their own object: a method may use `this`.
  const call = (method: unknown) => (api: MigrationApi) => (method as CodeMigration['up']).call(found as never, api)
  return {
    up: call(up),
    ...(down === undefined ? {} : { down: call(down) }),
    ...(description === undefined ? {} : { description }),
    ...(transaction === undefined ? {} : { transaction }),
  }
}

function exportedBy(namespace: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null {
  const exported = namespace['default']
  if (exported === undefined) return namespace
  if (!isRecord(exported)) return null
  // What a compiler made of `export default` for CommonJS.
  const inner = exported['default']
  return exported['up'] === undefined && isRecord(inner) ? inner : exported
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

interface Fault {
  readonly reason: string
  readonly help?: string
}

function faultOf(error: unknown): Fault {
  const message = firstLine(error instanceof Error ? error.message : String(error))
  const code = (error as { code?: unknown } | null)?.code
  switch (code) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return {
        reason: `it needs a compiler: ${message}`,
        help: 'no enum, namespace, parameter property or decorator; "erasableSyntaxOnly": true in tsconfig.json finds them',
      }
    case 'ERR_INVALID_TYPESCRIPT_SYNTAX':
      return { reason: `it is no valid TypeScript: ${message}` }
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
    case 'ERR_UNSUPPORTED_DIR_IMPORT':
      return { reason: message, help: importHelp(message) }
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return { reason: message, help: 'run with Node 22.18 or newer' }
    default:
      return message.includes('does not provide an export named')
        ? { reason: message, help: "types are imported with: import type { Name } from '...'" }
        : { reason: `loading it failed: ${message}` }
  }
}

function importHelp(message: string): string {
  const name = /Cannot find package '([^']+)'/.exec(message)?.[1]
  return name === undefined
    ? "write imports with their extension: import { x } from './names.ts'"
    : `npm install ${name}`
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
