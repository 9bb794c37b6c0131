/** Checks a value against its rule and names every fault, not the first alone. Values are not repeated: they may be secret. */

import { nearestWord } from '../../core/nearest.ts'
import type { ListRule, MapRule, ObjectRule, Rule, TextRule, VariantRule, WordRule } from './rule.ts'

/** All faults of `value`, each with its place; empty when it is as the rule says. */
export function checkValue(rule: Rule, value: unknown, at = ''): string[] {
  switch (rule.is) {
    case 'text':
      return checkText(rule, value, at)
    case 'word':
      return checkWord(rule, value, at)
    case 'whole':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? [] : [`${at} must be a whole number from 0`]
    case 'flag':
      return typeof value === 'boolean' ? [] : [wrong(at, 'true or false', value)]
    case 'list':
      return checkList(rule, value, at)
    case 'map':
      return checkMap(rule, value, at)
    case 'object':
      return checkObject(rule, value, at)
    case 'variant':
      return checkVariant(rule, value, at)
  }
}

function checkText(rule: TextRule, value: unknown, at: string): string[] {
  if (value === null && rule.orNull === true) return []
  if (typeof value !== 'string') return [wrong(at, 'text', value)]
  if (value.trim() === '' && rule.mayBeEmpty !== true) return [`${at} is empty`]
  if (rule.pattern !== undefined && !rule.pattern.test(value))
    return [`${at} must be ${rule.wanted ?? 'written otherwise'}`]
  return []
}

function checkWord(rule: WordRule, value: unknown, at: string): string[] {
  if (typeof value !== 'string') return [wrong(at, `one of ${rule.words.join(', ')}`, value)]
  if (rule.words.includes(value)) return []
  const nearest = nearestWord(value, rule.words)
  return [`${at} must be one of ${rule.words.join(', ')}, not ${shown(value)}${meant(nearest)}`]
}

function checkList(rule: ListRule, value: unknown, at: string): string[] {
  if (!Array.isArray(value)) return [wrong(at, 'a list', value)]
  return value.flatMap((one: unknown, i) => checkValue(rule.of, one, `${at}[${i}]`))
}

function checkMap(rule: MapRule, value: unknown, at: string): string[] {
  if (!isObject(value)) return [wrong(at, 'an object', value)]
  return said(value).flatMap(([key, one]) => {
    const place = join(at, key)
    return rule.keys.test(key) ? checkValue(rule.of, one, place) : [`${place}: a name here is ${rule.wanted}`]
  })
}

function checkObject(rule: ObjectRule, value: unknown, at: string): string[] {
  if (!isObject(value)) return [wrong(at === '' ? 'the configuration' : at, 'an object', value)]
  const entries = said(value)
  const there = entries.map(([key]) => key)
  const [one, other] = rule.eitherOf ?? []
  const either = [one, other].filter((key) => key !== undefined && there.includes(key)).length
  return [
    ...rule.needed.filter((key) => !there.includes(key)).map((key) => `${join(at, key)} is missing`),
    ...(one !== undefined && either === 0 ? [`${join(at, one)} is missing (or ${other})`] : []),
    ...(either === 2 ? [`${at} has both ${one} and ${other}; one of them says where it is`] : []),
    ...entries.flatMap(([key, one]) => {
      const field = Object.hasOwn(rule.fields, key) ? rule.fields[key] : undefined
      return field === undefined
        ? [unknownKey(Object.keys(rule.fields), join(at, key), key)]
        : checkValue(field, one, join(at, key))
    }),
  ]
}

function checkVariant(rule: VariantRule, value: unknown, at: string): string[] {
  if (!isObject(value)) return [wrong(at, 'an object', value)]
  const kind = value[rule.by]
  const kinds = Object.keys(rule.of)
  const found = typeof kind === 'string' && Object.hasOwn(rule.of, kind) ? rule.of[kind] : undefined
  if (found !== undefined) return checkObject(found, value, at)
  const place = join(at, rule.by)
  const missing = `${place} is missing; it is one of ${kinds.join(', ')}`
  const faults = kind === undefined ? [missing] : checkWord({ is: 'word', words: kinds, about: '' }, kind, place)
  // Of an object of unknown kind, what no kind has is wrong all the same.
  const known = [...new Set(Object.values(rule.of).flatMap((one) => Object.keys(one.fields)))]
  const unknown = said(value).filter(([key]) => !known.includes(key))
  return [...faults, ...unknown.map(([key]) => unknownKey(known, join(at, key), key))]
}

/** What is `undefined` was not said: `url: process.env.X` in a configuration in TypeScript. */
function said(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined)
}

function unknownKey(known: readonly string[], place: string, key: string): string {
  const nearest = nearestWord(key, known)
  return `${place} is not known here${nearest === null ? `; known are ${known.join(', ')}` : meant(nearest)}`
}

function wrong(at: string, wanted: string, value: unknown): string {
  return `${at} must be ${wanted}, not ${typeName(value)}`
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'true or false'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  return `a ${typeof value}`
}

function meant(nearest: string | null): string {
  return nearest === null ? '' : `; did you mean "${nearest}"?`
}

/** A word that a user mistyped, short enough for a line. */
function shown(word: string): string {
  return JSON.stringify(word.length > 40 ? `${word.slice(0, 40)}...` : word)
}

function join(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
