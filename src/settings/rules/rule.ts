/** What a value of the configuration may be, as data: read by the check, by the JSON Schema and by a test of the docs. */

export type Rule = TextRule | WordRule | WholeRule | FlagRule | ListRule | MapRule | ObjectRule | VariantRule

interface About {
  /** One sentence for people, shown by editors. */
  readonly about: string
}

export interface TextRule extends About {
  readonly is: 'text'
  readonly pattern?: RegExp
  /** What the pattern asks for, in words. */
  readonly wanted?: string
  readonly orNull?: boolean
  readonly mayBeEmpty?: boolean
}

export interface WordRule extends About {
  readonly is: 'word'
  readonly words: readonly string[]
}

export interface WholeRule extends About {
  readonly is: 'whole'
}

export interface FlagRule extends About {
  readonly is: 'flag'
}

export interface ListRule extends About {
  readonly is: 'list'
  readonly of: Rule
}

/** An object whose keys are names that the user chooses. */
export interface MapRule extends About {
  readonly is: 'map'
  readonly of: Rule
  readonly keys: RegExp
  /** What the keys must look like, in words. */
  readonly wanted: string
}

export interface ObjectRule extends About {
  readonly is: 'object'
  readonly fields: Readonly<Record<string, Rule>>
  readonly needed: readonly string[]
  /** Of these, exactly one is there. */
  readonly eitherOf?: readonly [string, string]
}

/** Objects of several kinds, told apart by the word in the field `by`. */
export interface VariantRule extends About {
  readonly is: 'variant'
  readonly by: string
  readonly of: Readonly<Record<string, ObjectRule>>
}

/** A plain text. */
export const text = (about: string): TextRule => ({ is: 'text', about })
/** One of these words. */
export const word = (about: string, ...words: string[]): WordRule => ({ is: 'word', words, about })
/** A list of texts. */
export const texts = (about: string): ListRule => ({ is: 'list', of: text('One of them.'), about })
/** `true` or `false`. */
export const flag = (about: string): FlagRule => ({ is: 'flag', about })

/** The name of a table, a column or a schema. */
export const identifier = (about: string): TextRule => ({
  is: 'text',
  // 63 bytes are what PostgreSQL keeps of a name; longer ones would be cut in silence.
  pattern: /^[^\0-\u001F"`]{1,63}$/, // oxlint-disable-line no-control-regex -- they are what is refused
  wanted: 'a plain name of at most 63 characters',
  about,
})
