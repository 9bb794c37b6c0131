/** The rules as JSON Schema, so that editors complete a configuration in JSON. */

import type { ObjectRule, Rule } from './rule.ts'
import { configurationRule } from './rules.ts'

export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** JSON Schema 2020-12 of `lockstep.config.json`. */
export function configurationSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'lockstep.config',
    ...schemaOf(configurationRule),
  }
}

function schemaOf(rule: Rule): JsonSchema {
  const description = rule.about
  switch (rule.is) {
    case 'text': {
      const pattern = rule.pattern === undefined ? {} : { pattern: rule.pattern.source }
      const length = rule.mayBeEmpty === true ? {} : { minLength: 1 }
      return { description, type: rule.orNull === true ? ['string', 'null'] : 'string', ...length, ...pattern }
    }
    case 'word':
      return { description, enum: rule.words }
    case 'whole':
      return { description, type: 'integer', minimum: 0 }
    case 'flag':
      return { description, type: 'boolean' }
    case 'list':
      return { description, type: 'array', items: schemaOf(rule.of) }
    case 'map': {
      const names = { pattern: rule.keys.source }
      return { description, type: 'object', propertyNames: names, additionalProperties: schemaOf(rule.of) }
    }
    case 'object':
      return schemaOfObject(rule, rule.needed)
    case 'variant':
      return { description, oneOf: Object.values(rule.of).map((one) => schemaOfObject(one, [rule.by, ...one.needed])) }
  }
}

function schemaOfObject(rule: ObjectRule, required: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(Object.entries(rule.fields).map(([name, field]) => [name, schemaOf(field)]))
  const either = rule.eitherOf === undefined ? {} : { oneOf: rule.eitherOf.map((name) => ({ required: [name] })) }
  return { description: rule.about, type: 'object', properties, required, additionalProperties: false, ...either }
}
