/** What must not change, checked by the engine and not by convention. */

import { LockstepError } from '../../core/error.ts'
import { sameMajor } from '../../core/path.ts'
import { type JsonObject, type JsonValue, isJsonArray, isJsonObject, memberOf, sameJson } from '../json/value.ts'
import { stepName } from '../transforms/registry.ts'
import { type Path, findPlaces, pathText, valueAt } from '../transforms/paths.ts'
import type { DocumentRules } from './rules.ts'

export interface StepResult {
  readonly file: string
  readonly step: { readonly from: string; readonly to: string }
  readonly before: JsonObject
  readonly after: JsonObject
}

/** Throws `document-protected` where a step changed or removed something that was to stay. Adding is free. */
export function checkProtected(result: StepResult, rules: DocumentRules): void {
  const patterns = rules.history === null ? rules.protect : [...rules.protect, [rules.history]]
  for (const pattern of patterns) {
    for (const place of findPlaces(result.before, pattern)) {
      const kept = valueAt(result.after, place)
      if (!sameJson(valueAt(result.before, place), kept)) throw refusal(result, place, kept)
    }
  }
}

/** Throws where a step that may only add did something else; the version itself does change. */
export function checkAdditive(result: StepResult, rules: DocumentRules): void {
  if (rules.minorSteps === 'any' || !sameMajor(result.step.from, result.step.to)) return
  const place = firstChange(result.before, result.after, { at: [], except: rules.version })
  if (place !== null) throw refusal(result, place, valueAt(result.after, place))
}

/** The first place that is gone or holds something else; `null` where all that was there still is. */
function firstChange(before: JsonValue, after: JsonValue, spot: { at: Path; except: Path }): Path | null {
  const { at, except } = spot
  if (before === after || pathText(at) === pathText(except)) return null
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const [key, value] of Object.entries(before)) {
      const kept = memberOf(after, key)
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

function refusal(result: StepResult, place: Path, kept: JsonValue | undefined): LockstepError {
  return new LockstepError('document-protected', {
    file: result.file,
    path: pathText(place),
    step: stepName(result.step),
    change: kept === undefined ? 'remove' : 'change',
  })
}
