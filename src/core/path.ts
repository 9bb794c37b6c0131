/** Versions as a graph: steps lead from one to the next, and the way between two of them is found, never guessed. */

import { compareText } from './version.ts'

/** One step from a version to a later one. */
export interface VersionEdge {
  readonly from: string
  readonly to: string
}

export interface VersionGraph {
  /** Every version that is known, oldest first. */
  readonly versions: readonly string[]
  /** The one that all others lead to; `null` where no version is known. */
  readonly latest: string | null
  readonly edges: readonly VersionEdge[]
}

/** What makes a set of steps unusable; all faults are told at once. */
export type GraphFault =
  | { readonly kind: 'duplicate-step'; readonly from: string; readonly to: string }
  | { readonly kind: 'backward-step'; readonly from: string; readonly to: string }
  | { readonly kind: 'circle'; readonly versions: readonly string[] }
  | { readonly kind: 'dead-end'; readonly version: string; readonly latest: string }

export type PathAnswer =
  /** Versions from start to end, both included. */
  | { readonly found: true; readonly path: readonly string[] }
  /** No way; the known versions on both sides of the start, for the message. */
  | { readonly found: false; readonly nearest: readonly string[] }

/** Builds the graph, or tells every fault. `known` are versions that have a contract but perhaps no step. */
export function makeVersionGraph(
  edges: readonly VersionEdge[],
  known: readonly string[] = [],
):
  | { readonly ok: true; readonly graph: VersionGraph }
  | { readonly ok: false; readonly faults: readonly GraphFault[] } {
  const versions = [...new Set([...edges.flatMap((edge) => [edge.from, edge.to]), ...known])].sort(compareSemver)
  const faults = [...duplicateSteps(edges), ...backwardSteps(edges), ...circles(edges)]
  if (faults.length > 0) return { ok: false, faults }
  const latest = versions.filter((version) => !edges.some((edge) => edge.from === version)).at(-1) ?? null
  const deadEnds = latest === null ? [] : deadEndsOf(versions, edges, latest)
  return deadEnds.length > 0 ? { ok: false, faults: deadEnds } : { ok: true, graph: { versions, latest, edges } }
}

/**
 * The shortest way, so that a direct step wins; of two equally short ones the one through the older versions. The
 * answer depends on the steps alone, not on the order in which they were given.
 */
export function findPath(edges: readonly VersionEdge[], from: string, to: string): PathAnswer {
  if (from === to) return { found: true, path: [from] }
  const cameFrom = new Map<string, string | null>([[from, null]])
  for (let reached = [from]; reached.length > 0;) {
    const next: string[] = []
    for (const version of reached) {
      for (const neighbour of neighboursOf(edges, version)) {
        if (cameFrom.has(neighbour)) continue
        cameFrom.set(neighbour, version)
        next.push(neighbour)
      }
    }
    if (cameFrom.has(to)) return { found: true, path: wayBack(cameFrom, to) }
    reached = next
  }
  return { found: false, nearest: nearestVersions(versionsOf(edges), from) }
}

/** The same steps in the other direction. */
export function reverseEdges(edges: readonly VersionEdge[]): VersionEdge[] {
  return edges.map((edge) => ({ from: edge.to, to: edge.from }))
}

/** The known versions next to one that may be unknown: the one below, the one above. */
export function nearestVersions(versions: readonly string[], version: string): string[] {
  const others = versions.filter((one) => one !== version).sort(compareSemver)
  const below = others.filter((one) => compareSemver(one, version) < 0).at(-1)
  const above = others.find((one) => compareSemver(one, version) > 0)
  return [below, above].filter((one) => one !== undefined)
}

/** Whether a version that the graph does not know was made by something newer than the graph. */
export function isNewerVersion(graph: VersionGraph, version: string): boolean {
  if (graph.latest === null || graph.versions.includes(version)) return false
  // "banana" is strange beside 1.2.0, and not newer.
  if ((partsOf(version) === null) !== (partsOf(graph.latest) === null)) return false
  return compareSemver(version, graph.latest) > 0
}

/** Semantic versioning's order: 1.10 after 1.9, 2.0.0-rc.1 before 2.0.0. What is no such version comes last, as text. */
export function compareSemver(a: string, b: string): number {
  const left = partsOf(a)
  const right = partsOf(b)
  if (left === null || right === null) {
    return left === right ? compareText(a, b) : left === null ? 1 : -1
  }
  return compareLists(left.release, right.release, '0') || compareStages(left.stage, right.stage) || compareText(a, b)
}

/** Whether a step stays within one major version, where only additions are expected. */
export function sameMajor(a: string, b: string): boolean {
  const left = partsOf(a)
  const right = partsOf(b)
  return left !== null && right !== null && compareIdentifiers(left.release[0] ?? '0', right.release[0] ?? '0') === 0
}

interface VersionParts {
  readonly release: readonly string[]
  /** What follows the dash; empty for a release. */
  readonly stage: readonly string[]
}

function partsOf(version: string): VersionParts | null {
  const found = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(version)
  if (found === null) return null
  return { release: (found[1] ?? '').split('.'), stage: found[2] === undefined ? [] : found[2].split('.') }
}

function compareStages(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  return compareLists(a, b, '')
}

function compareLists(a: readonly string[], b: readonly string[], filler: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareIdentifiers(a[i] ?? filler, b[i] ?? filler)
    if (order !== 0) return order
  }
  return 0
}

/** Numbers by size, whatever their length; numbers before words. */
function compareIdentifiers(a: string, b: string): number {
  const left = /^\d+$/.test(a) ? a.replace(/^0+(?=\d)/, '') : null
  const right = /^\d+$/.test(b) ? b.replace(/^0+(?=\d)/, '') : null
  if (left !== null && right !== null) return left.length - right.length || compareText(left, right)
  if (left !== null || right !== null) return a === '' ? -1 : b === '' ? 1 : left === null ? 1 : -1
  return compareText(a, b)
}

function neighboursOf(edges: readonly VersionEdge[], version: string): string[] {
  return edges
    .filter((edge) => edge.from === version)
    .map((edge) => edge.to)
    .sort(compareSemver)
}

function versionsOf(edges: readonly VersionEdge[]): string[] {
  return [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))]
}

function wayBack(cameFrom: ReadonlyMap<string, string | null>, to: string): string[] {
  const path: string[] = []
  for (let at: string | null = to; at !== null; at = cameFrom.get(at) ?? null) path.unshift(at)
  return path
}

function duplicateSteps(edges: readonly VersionEdge[]): GraphFault[] {
  return edges
    .filter((edge, i) => edges.findIndex((one) => one.from === edge.from && one.to === edge.to) !== i)
    .map(({ from, to }) => ({ kind: 'duplicate-step' as const, from, to }))
}

function backwardSteps(edges: readonly VersionEdge[]): GraphFault[] {
  return edges
    .filter(({ from, to }) => from === to || (areReleases(from, to) && compareSemver(from, to) > 0))
    .map(({ from, to }) => ({ kind: 'backward-step' as const, from, to }))
}

function areReleases(a: string, b: string): boolean {
  return partsOf(a) !== null && partsOf(b) !== null
}

/** Versions that are words can form circles; numbers cannot, since each step must lead upwards. */
function circles(edges: readonly VersionEdge[]): GraphFault[] {
  for (const { from, to } of edges) {
    if (from === to) continue
    const back = findPath(edges, to, from)
    if (back.found) return [{ kind: 'circle', versions: [from, ...back.path] }]
  }
  return []
}

function deadEndsOf(versions: readonly string[], edges: readonly VersionEdge[], latest: string): GraphFault[] {
  return versions
    .filter((version) => !findPath(edges, version, latest).found)
    .map((version) => ({ kind: 'dead-end' as const, version, latest }))
}
