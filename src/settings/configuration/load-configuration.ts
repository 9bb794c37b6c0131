/** Reads a configuration of any form: JSON as text, modules through Node's own type stripping. */

import { readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LockstepError } from '../../core/error.ts'
import { whileSelfResolves } from './self.ts'

export interface ConfigurationFile {
  /** Absolute. */
  readonly file: string
  /** As the user would name it. */
  readonly shownAs: string
}

/** What the file holds, unchecked. `selfUrl` is our own entry, for `import 'lockstep'` without an installation. */
export async function loadConfiguration(from: ConfigurationFile, selfUrl: string | null): Promise<unknown> {
  const text = readText(from)
  if (text.trim() === '') throw unreadable(from, 'it is empty')
  if (extname(from.file) !== '.json') return loadModule(from, selfUrl)
  const value = parseJson(from, text)
  return basename(from.file) === 'package.json' ? (value as { lockstep?: unknown }).lockstep : value
}

function readText(from: ConfigurationFile): string {
  try {
    return readFileSync(from.file, 'utf8')
  } catch (error) {
    throw unreadable(from, reasonOf(error), error)
  }
}

function parseJson(from: ConfigurationFile, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch (error) {
    // V8 quotes a piece of the text, which may be a secret; the place is enough.
    const reason = reasonOf(error)
    const at = /at position (\d+)/.exec(reason)?.[1]
    const place = at === undefined ? '' : `: ${placeOf(text, Number(at))}`
    const cut = reason.includes('end of JSON') ? ': it ends too early' : place
    throw unreadable(from, `it is not JSON${cut}`)
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

async function loadModule(from: ConfigurationFile, selfUrl: string | null): Promise<unknown> {
  // Node keeps modules by their URL: without the time of the last change, an edited file would be the old one.
  const url = pathToFileURL(from.file)
  url.searchParams.set('changed', String(statSync(from.file).mtimeMs))
  const load = async (): Promise<{ default?: unknown }> => (await import(url.href)) as { default?: unknown }
  let module: { default?: unknown }
  try {
    module = await (selfUrl === null ? load() : whileSelfResolves(selfUrl, load))
  } catch (error) {
    throw unreadable(from, moduleFault(from, error), error)
  }
  if (module.default === undefined)
    throw unreadable(from, 'it has no default export: export default defineConfig({ ... })')
  return module.default
}

function moduleFault({ file }: ConfigurationFile, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const line = new RegExp(`${basename(file).replaceAll('.', String.raw`\.`)}(?:\\?[^:\\s]*)?:(\\d+)`).exec(stack)?.[1]
  const reason = reasonOf(error).split('\n')[0] ?? ''
  const commonJs = /import statement outside|Unexpected token 'export'/.test(reason)
  const hint = commonJs
    ? ` ("type": "commonjs" in package.json: call it lockstep.config.m${extname(file).slice(-2)})`
    : ''
  return `${reason}${line === undefined ? '' : ` (line ${line})`}${hint}`
}

function unreadable({ shownAs }: ConfigurationFile, reason: string, cause?: unknown): LockstepError {
  return new LockstepError('configuration-unreadable', { file: shownAs, reason }, { cause })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
