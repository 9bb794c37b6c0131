/** One transform on one document: run it, and believe nothing that it returns before it was looked at. */

import { LockstepError } from '../../core/error.ts'
import type { Direction } from '../../core/migration.ts'
import { freezeJson } from '../json/freeze.ts'
import { plainStyle, printByStyle } from '../json/style.ts'
import { type JsonObject, type JsonValue, isJsonObject, sameJson } from '../json/value.ts'
import { valueAt } from '../transforms/paths.ts'
import { stepName } from '../transforms/registry.ts'
import type { Transform, TransformContext } from '../transforms/transform.ts'
import { type Contracts, faultsAgainst } from './contracts.ts'
import { checkAdditive, checkProtected } from './protect.ts'
import type { DocumentRules } from './rules.ts'
import { strangeWorlds, underStrangeClock } from './strange-clock.ts'
import { versionText, withVersion } from './version.ts'

export interface StepWork {
  readonly file: string
  readonly transform: Transform
  readonly direction: Direction
  readonly context: TransformContext
  readonly rules: DocumentRules
  readonly contracts: Contracts
  /** `twice`: run under two strange clocks, and refused where the results differ. */
  readonly purity: 'once' | 'twice'
}

/** The document after one step, frozen; throws the refusal that fits where the step may not be believed. */
export function runStep(document: JsonObject, work: StepWork): JsonObject {
  const { transform, direction, file, rules } = work
  const [checkBefore, checkAfter] =
    direction === 'up'
      ? [transform.validateBefore, transform.validateAfter]
      : [transform.validateAfter, transform.validateBefore]
  refuseFaults('document-invalid', checkBefore?.(document) ?? [], { file, version: work.context.from })
  const result = checkedResult(work.purity === 'twice' ? callTwice(document, work) : call(document, work), work)
  const moved = { file, step: { from: work.context.from, to: work.context.to }, before: document, after: result }
  checkProtected(moved, rules)
  if (direction === 'up') checkAdditive(moved, rules)
  const faults = [...(checkAfter?.(result) ?? []), ...faultsAgainst(work.contracts, work.context.to, result)]
  refuseFaults('document-result-invalid', faults, { file, version: work.context.to })
  return result
}

function call(document: JsonObject, work: StepWork): unknown {
  const { transform, direction, context } = work
  const step = direction === 'up' ? transform.up : transform.down
  if (step === null) throw refusal('transform-failed', work, 'it has no down')
  try {
    return step(document, context)
  } catch (cause) {
    // The document is frozen, so a transform that changes what it was given stops here too: try it on a copy.
    if (changesItsInput(document, (copy) => step(copy, context))) {
      throw impure(work, 'it changes the document that it is given')
    }
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new LockstepError('transform-failed', { file: work.file, step: nameOf(work), message }, { cause })
  }
}

function changesItsInput(document: JsonObject, run: (copy: JsonObject) => unknown): boolean {
  const copy = thaw(document)
  try {
    run(copy)
  } catch {
    // It fails on a copy too; what counts here is only whether the copy was changed on the way.
  }
  return !sameJson(document, copy)
}

/** A copy that can be changed. */
function thaw<T extends JsonValue>(value: T): T {
  if (Array.isArray(value)) return value.map(thaw) as unknown as T
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, thaw(item)])) as unknown as T
}

function callTwice(document: JsonObject, work: StepWork): unknown {
  const [first, second] = strangeWorlds.map((world) =>
    underStrangeClock(world, () => checkedResult(call(document, work), work)),
  )
  if (textOf(first) !== textOf(second))
    throw impure(work, 'it gives another result when the clock or the dice are others')
  return first
}

/** Key order counts: it is part of the bytes. */
function textOf(value: JsonObject | undefined): string {
  return printByStyle(value ?? null, plainStyle, 'any')
}

/** What a transform returned, once it is known to be a document of the version that it should be. */
function checkedResult(result: unknown, work: StepWork): JsonObject {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
    throw impure(work, 'it is asynchronous, so it could ask the world')
  }
  const versioned = work.transform.versionBy === 'engine' ? withVersionOf(result, work) : result
  const { fault } = freezeJson(versioned, work.rules.limits.depthMax)
  if (fault !== null) throw refusal('transform-result', work, `at ${fault.at || '/'} there is ${fault.reason}`)
  // Frozen without a fault, it is JSON.
  const value = versioned as JsonValue
  if (!isJsonObject(value)) throw refusal('transform-result', work, 'it is no object')
  const version = versionText(valueAt(value, work.rules.version))
  if (version !== work.context.to) {
    throw refusal('transform-result', work, `its version is ${version ?? 'not there'}, not ${work.context.to}`)
  }
  return value
}

function withVersionOf(result: unknown, work: StepWork): unknown {
  // Operations give JSON; where a mapping did not, the walk that follows says so.
  const value = result as JsonValue
  return isJsonObject(value) ? withVersion(value, work.rules.version, work.context.to) : value
}

function refuseFaults(
  code: 'document-invalid' | 'document-result-invalid',
  faults: readonly string[],
  about: { readonly file: string; readonly version: string },
): void {
  if (faults.length > 0) throw new LockstepError(code, { ...about, faults })
}

function refusal(code: 'transform-failed' | 'transform-result', work: StepWork, reason: string): LockstepError {
  const about = { file: work.file, step: nameOf(work) }
  return code === 'transform-failed'
    ? new LockstepError(code, { ...about, message: reason })
    : new LockstepError(code, { ...about, reason })
}

function impure(work: StepWork, reason: string): LockstepError {
  return new LockstepError('transform-impure', { file: work.file, step: nameOf(work), reason })
}

function nameOf(work: StepWork): string {
  return stepName(work.context)
}
