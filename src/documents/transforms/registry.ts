/** All transforms of a corpus, as a graph that was checked once. */

import { LockstepError, assert } from '../../core/error.ts'
import {
  type GraphFault,
  type PathAnswer,
  type VersionEdge,
  type VersionGraph,
  findPath,
  makeVersionGraph,
  reverseEdges,
} from '../../core/path.ts'
import type { Direction } from '../../core/migration.ts'
import type { Transform } from './transform.ts'

export interface TransformRegistry {
  readonly graph: VersionGraph
  readonly transforms: readonly Transform[]
  /** The way between two versions; asked for each document, so found once. */
  readonly findWay: (direction: Direction, from: string, to: string) => PathAnswer
  /** The transform of a step, named by its way up; it must be there. */
  readonly step: (from: string, to: string) => Transform
}

/** Registers transforms, and refuses them all where two do the same or a version leads nowhere. `known` have a contract. */
export function makeRegistry(transforms: readonly Transform[], known: readonly string[] = []): TransformRegistry {
  const made = makeVersionGraph(transforms, known)
  if (!made.ok) throw new LockstepError('transforms-invalid', { faults: made.faults.map(faultText) })
  const steps = new Map(transforms.map((transform) => [stepName(transform), transform]))
  const edges = {
    up: made.graph.edges,
    down: reverseEdges(transforms.filter((transform) => transform.down !== null)),
  }
  return {
    graph: made.graph,
    transforms,
    findWay: remember((direction, from, to) => findPath(edges[direction], from, to)),
    step: (from, to) => {
      const found = steps.get(stepName({ from, to }))
      assert(found !== undefined, `there is no transform ${from}-${to}`)
      return found
    },
  }
}

/** As its file is named: `1.0.0-1.1.0`. */
export function stepName(step: VersionEdge): string {
  return `${step.from}-${step.to}`
}

function remember(find: TransformRegistry['findWay']): TransformRegistry['findWay'] {
  const answers = new Map<string, PathAnswer>()
  return (direction, from, to) => {
    const key = `${direction} ${from} ${to}`
    const answer = answers.get(key) ?? find(direction, from, to)
    // Versions come from documents: a corpus full of invented ones must not fill the memory.
    if (answers.size < 1000) answers.set(key, answer)
    return answer
  }
}

function faultText(fault: GraphFault): string {
  switch (fault.kind) {
    case 'duplicate-step':
      return `there are two transforms from ${fault.from} to ${fault.to}`
    case 'backward-step':
      return `the transform from ${fault.from} to ${fault.to} does not lead to a later version`
    case 'circle':
      return `these transforms lead in a circle: ${fault.versions.join(' -> ')}`
    case 'dead-end':
      return `no transform leads from ${fault.version} to ${fault.latest}`
  }
}
