/** What must not change, checked by the engine and not by convention. */

import { LockstepError } from '../../core/error.ts'
import { sameMajor } from '../../core/path.ts'
import { type JsonObject, type JsonValue, isJsonArray, isJsonObject, memberOf, sameJson } from '../json/value.ts'
import { stepName } from '../transforms/registry.ts'
import { type Path, findPlaces, pathText, samePath, valueAt } from '../transforms/paths.ts'
import type { DocumentRules } from './rules.ts'

export interface StepResult {
  readonly file: string
  readonly step: { readonly from: string; readonly to: string }
  readonly before: JsonObject
  readonly after: JsonObject
}

/** Throws `document-protected` where a step changed or removed something that was to stay. Adding is free. */
export function checkProtected(result: StepResult, rules: DocumentRules): void {
  const change = changedPlace(result.before, result.after, rules)
  if (change !== null) throw refusal(result, change)
}

/** The first protected place that is not what it was, also of the document's own history; `null` where all are. */
export function changedPlace(before: JsonObject, after: JsonObject, rules: DocumentRules): Change | null {
  const patterns = rules.history === null ? rules.protect : [...rules.protect, [rules.history]]
  for (const pattern of patterns) {
    for (const place of findPlaces(before, pattern)) {
      const kept = valueAt(after, place)
      if (!sameJson(valueAt(before, place), kept)) return changeAt(place, kept)
    }
  }
  return null
}

/** One place, and what became of it. */
export interface Change {
  readonly path: string
  readonly kind: 'remove' | 'change'
}

/** Throws where a step that may only add did something else; the version itself does change. */
export function checkAdditive(result: StepResult, rules: DocumentRules): void {
  if (rules.minorSteps === 'any' || !sameMajor(result.step.from, result.step.to)) return
  const place = firstChange(result.before, result.after, { at: [], except: rules.version })
  if (place !== null) throw refusal(result, changeAt(place, valueAt(result.after, place)))
}

/** The first place that is gone or holds something else; `null` where all that was there still is. */
function firstChange(before: JsonValue, after: JsonValue, spot: { at: Path; except: Path }): Path | null {
  const { at, except } = spot
  if (before === after || samePath(at, except)) return null
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const [key, value] of Object.entries(before)) {
      const kept = memberOf(after, key)
      if (kept === value) continue
      const place = kept === undefined ? [...at, key] : firstChange(value, kept, { at: [...at, key], except })
      if (place !== null) return place
    }
    return null
  }
  if (isJsonArray(before) && isJsonArray(after) && before.length === after.length) {
    for (const [i, value] of before.entries()) {
      const place = firstChange(value, after[i] ?? null, { at: [...at, String(i)], except })
      if (place !== null) return place
    }
    return null
  }
  return sameJson(before, after) ? null : at
}

function changeAt(place: Path, kept: JsonValue | undefined): Change {
  return { path: pathText(place), kind: kept === undefined ? 'remove' : 'change' }
}

function refusal({ file, step }: StepResult, { path, kind }: Change): LockstepError {
  return new LockstepError('document-protected', { file, path, step: stepName(step), change: kind })
}
