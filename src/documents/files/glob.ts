/** Which paths belong to a corpus: `**` for any folders, `*` and `?` inside a name, `{a,b}` for either. */

import { LockstepError } from '../../core/error.ts'

/** One name of a path; `any-folders` is `**`. */
type Segment = 'any-folders' | RegExp

export interface Glob {
  /** The folders at the head that hold no wildcard. */
  readonly base: string
  readonly segments: readonly Segment[]
}

/** Where a walk stands in the pattern: the segments that may come next. */
export type GlobState = readonly number[]

/** Reads a pattern; throws `corpus-invalid` for one that names no files below one folder. */
export function parseGlob(files: string): Glob {
  const refuse = (reason: string): never => {
    throw new LockstepError('corpus-invalid', { files, reason })
  }
  const names = files.replaceAll('\\', '/').split('/')
  if (names.includes('..')) refuse('".." leads out of its folder')
  const wild = names.findIndex((name) => /[*?{[]/.test(name))
  if (wild === -1) refuse('it holds no wildcard')
  const rest = names.slice(wild).filter((name) => name !== '' && name !== '.')
  if (rest.at(-1) === '**') refuse('it ends in "**", which names folders and no files')
  if (rest.some((name) => name.startsWith('.'))) refuse('dot folders and dot files are never entered')
  const base = names.slice(0, wild).join('/') || (files.startsWith('/') ? '/' : '.')
  return { base, segments: rest.map((name) => (name === '**' ? 'any-folders' : patternOf(name))) }
}

export function startOf(glob: Glob): GlobState {
  return withSkipped(glob, [0])
}

/** What a folder of this name leaves of the pattern; empty where nothing below it can belong. */
export function enter(glob: Glob, state: GlobState, name: string): GlobState {
  const next = state.flatMap((at) => {
    const segment = glob.segments[at]
    if (segment === 'any-folders') return [at]
    return segment !== undefined && at < glob.segments.length - 1 && segment.test(name) ? [at + 1] : []
  })
  return withSkipped(glob, next)
}

/** Whether a file of this name ends the pattern here. */
export function accepts(glob: Glob, state: GlobState, name: string): boolean {
  const last = glob.segments.length - 1
  const segment = glob.segments[last]
  // The backups that lie beside documents are none, whatever the pattern says.
  if (/\.backup(?:\.\d+)?$/.test(name)) return false
  return state.includes(last) && segment !== undefined && segment !== 'any-folders' && segment.test(name)
}

/** Whether a path below the base belongs to the corpus. */
export function matches(glob: Glob, path: string): boolean {
  const names = path.split('/')
  const file = names.pop() ?? ''
  if ([...names, file].some((name) => name === '' || name.startsWith('.'))) return false
  const state = names.reduce<GlobState>((at, name) => enter(glob, at, name), startOf(glob))
  return accepts(glob, state, file)
}

/** `**` may stand for no folder at all. */
function withSkipped(glob: Glob, state: GlobState): GlobState {
  const all = new Set(state)
  for (const at of all) if (glob.segments[at] === 'any-folders') all.add(at + 1)
  return [...all].sort((a, b) => a - b)
}

function patternOf(name: string): RegExp {
  const source = name.replace(/\{([^{}]*)\}|[*?]|[^A-Za-z0-9_*?]/g, (mark, choices: string | undefined) => {
    if (mark === '*') return '[^/]*'
    if (mark === '?') return '[^/]'
    if (choices !== undefined) return `(?:${choices.split(',').map(escaped).join('|')})`
    return escaped(mark)
  })
  return new RegExp(`^${source}$`, 'u')
}

function escaped(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&')
}
