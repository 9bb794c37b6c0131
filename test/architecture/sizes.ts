/** How long files are and how full folders, and which of them may be more. Pure: files come as texts. */

import { posix } from 'node:path'
import type { Files } from './imports.ts'

export const linesAim = 250
export const linesMost = 400
export const filesAim = 12

/** What may be larger than the aim, how large, and why. */
export type Exceptions = Readonly<Record<string, { readonly most: number; readonly why: string }>>

/** Tests may be as long as the hardest limit; everything else aims at less. */
export function findTooLong(files: Files, exceptions: Exceptions): string[] {
  return [...files].flatMap(([file, text]) => {
    const lines = text.trimEnd().split('\n').length
    const most = file.endsWith('.test.ts') ? linesMost : (exceptions[file]?.most ?? linesAim)
    return lines > Math.min(most, linesMost) ? [`${file} has ${lines} lines, ${most} are allowed`] : []
  })
}

/** Tests beside the code do not count. */
export function findTooFull(files: Files, exceptions: Exceptions): string[] {
  return [...countByFolder(files)].flatMap(([folder, count]) => {
    const most = exceptions[folder]?.most ?? filesAim
    return count > most ? [`${folder} has ${count} files, ${most} are allowed`] : []
  })
}

/** Exceptions that nothing needs any more. */
export function findStale(files: Files, exceptions: Exceptions): string[] {
  const folders = countByFolder(files)
  return Object.keys(exceptions).filter((name) => {
    const text = files.get(name)
    return text === undefined ? (folders.get(name) ?? 0) <= filesAim : text.trimEnd().split('\n').length <= linesAim
  })
}

function countByFolder(files: Files): Map<string, number> {
  const code = [...files.keys()].filter((file) => !file.endsWith('.test.ts'))
  const byFolder = Map.groupBy(code, (file) => posix.dirname(file))
  return new Map([...byFolder].map(([folder, inside]) => [folder, inside.length]))
}
