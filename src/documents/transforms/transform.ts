/** A transform: one pure step from a version of a document to the next, and where there is one, the step back. */

import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Operation } from './operations.ts'

/** What a transform may know besides the document: nothing that differs from machine to machine. */
export interface TransformContext {
  /** The document, relative to the root of its corpus. */
  readonly document: string
  readonly from: string
  readonly to: string
  /** The time of this run, ISO 8601; the only clock that a transform has. */
  readonly now: string
}

type Faults = readonly string[]

interface AnyDefinition<Before extends object, After extends object> {
  readonly from: string
  readonly to: string
  /** Faults that a contract cannot express; the document is refused if there is one. */
  readonly validateBefore?: (document: Before) => Faults
  readonly validateAfter?: (document: After) => Faults
}

/** A step written as functions: each returns a new document that carries its version. */
export interface FunctionDefinition<Before extends object, After extends object> extends AnyDefinition<Before, After> {
  /** One line a change, for the history entry. */
  readonly changes: readonly string[]
  readonly up: (document: Before, context: TransformContext) => object
  readonly down?: (document: After, context: TransformContext) => object
}

/** A step made of operations; its version is set, and its way back found, by the engine. */
export interface OperationsDefinition<Before extends object, After extends object> extends AnyDefinition<
  Before,
  After
> {
  readonly changes?: readonly string[]
  readonly operations: readonly Operation[]
}

export type StepFunction = (document: JsonObject, context: TransformContext) => unknown

/** A transform as the engine uses it. */
export interface Transform {
  readonly from: string
  readonly to: string
  readonly changes: readonly string[]
  readonly up: StepFunction
  readonly down: StepFunction | null
  /** Who writes the new version into the result. */
  readonly versionBy: 'transform' | 'engine'
  /** What going up and down again does not bring back, as far as is known. */
  readonly loses: readonly string[]
  readonly validateBefore: ((document: JsonObject) => Faults) | null
  readonly validateAfter: ((document: JsonObject) => Faults) | null
}

/** Declares a transform; the default export of its module. */
export function defineTransform<Before extends object = JsonObject, After extends object = JsonObject>(
  definition: FunctionDefinition<Before, After> | OperationsDefinition<Before, After>,
): Transform {
  const { from, to } = definition
  // The author says which documents the functions take; contracts and versions see to it that they get them.
  const checks = {
    validateBefore: (definition.validateBefore ?? null) as Transform['validateBefore'],
    validateAfter: (definition.validateAfter ?? null) as Transform['validateAfter'],
  }
  if ('operations' in definition) return { from, to, ...checks, ...stepOf(definition.operations, definition.changes) }
  return {
    from,
    to,
    changes: definition.changes,
    up: definition.up as StepFunction,
    down: (definition.down ?? null) as StepFunction | null,
    versionBy: 'transform',
    loses: [],
    ...checks,
  }
}

/** What is wrong with the default export of a transform's module; empty where it can be used. */
export function faultsOfTransform(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return ['its default export is no transform: use defineTransform']
  const one = value as Partial<Record<keyof Transform, unknown>>
  const faults: string[] = []
  if (typeof one.from !== 'string' || one.from === '') faults.push('"from" is no version')
  if (typeof one.to !== 'string' || one.to === '') faults.push('"to" is no version')
  if (typeof one.up !== 'function') faults.push('"up" is no function')
  if (one.down !== null && typeof one.down !== 'function') faults.push('"down" is no function')
  const changes = one.changes
  if (!Array.isArray(changes) || changes.length === 0 || changes.some((change) => typeof change !== 'string')) {
    faults.push('"changes" must say in words what changes')
  }
  return faults
}

function stepOf(
  operations: readonly Operation[],
  changes: readonly string[] | undefined,
): Pick<Transform, 'changes' | 'up' | 'down' | 'versionBy' | 'loses'> {
  const back = operations.toReversed()
  return {
    changes: changes ?? operations.map((operation) => operation.change),
    up: (document) => operations.reduce<JsonValue>((value, operation) => operation.up(value), document),
    down: (document) => back.reduce<JsonValue>((value, operation) => operation.down(value), document),
    versionBy: 'engine',
    loses: operations.map((operation) => operation.loses).filter((lost) => lost !== null),
  }
}
