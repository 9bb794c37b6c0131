/** How a command is described: one table drives parsing, help, completion and docs/reference/commands.md. */

import type { ExitCode } from '../core/errors/entry.ts'

/**
 * `flag` is there or not; `switch` has a `--no-` form and may be unsaid; `text` and `list` take a word, `duration` and
 * `count` one that is read as milliseconds and as a whole number.
 */
export type OptionType = 'flag' | 'switch' | 'text' | 'list' | 'duration' | 'count'

export interface Option {
  readonly name: string
  readonly type: OptionType
  /** How the value is called in help; there exactly where the type takes one. */
  readonly value?: string
  readonly short?: string
  /** The words that the value must be one of. */
  readonly words?: readonly string[]
  readonly help: string
}

export interface Argument {
  readonly name: string
  readonly needed: boolean
  /** The last one may be said several times. */
  readonly many?: true
  readonly words?: readonly string[]
  readonly help: string
}

export interface CommandSpec {
  /** One word, or two for the verbs of `repair`. */
  readonly name: string
  readonly summary: string
  /** What a reader of its help must know beyond the summary; one paragraph a text. */
  readonly about: readonly string[]
  readonly arguments: readonly Argument[]
  readonly options: readonly Option[]
  readonly examples: readonly { readonly command: string; readonly does: string }[]
  /** The exit codes it can have besides 1 and 2, which every command can. */
  readonly exits: readonly ExitCode[]
}

/** What a parsed option holds; `null` where it was not said. */
export type OptionValue<T extends OptionType> = T extends 'flag'
  ? boolean
  : T extends 'switch'
    ? boolean | null
    : T extends 'list'
      ? readonly string[]
      : T extends 'duration' | 'count'
        ? number | null
        : string | null

/** The values of a list of options, by name. */
export type Values<Options extends readonly Option[]> = {
  readonly [O in Options[number] as O['name']]: OptionValue<O['type']>
}

/** Understood by every command. */
export const everywhere = [
  { name: 'store', type: 'list', value: 'name', help: 'Only this store; may be said several times. Default: all.' },
  {
    name: 'url',
    type: 'text',
    value: 'url',
    help: 'A store without a configuration: postgres://..., sqlite:app.db, pglite:./data, env:NAME.',
  },
  {
    name: 'files',
    type: 'text',
    value: 'pattern',
    help: "Documents without a configuration: 'artifacts/**/manifest.json'.",
  },
  {
    name: 'migrations',
    type: 'text',
    value: 'folder',
    help: 'Where the migrations of --url are. Default: migrations.',
  },
  {
    name: 'layout',
    type: 'text',
    value: 'name',
    help: 'How those files are named: lockstep, flyway, dbmate, goose, prisma, ...',
  },
  {
    name: 'config',
    type: 'text',
    value: 'file',
    help: 'The configuration; default: LOCKSTEP_CONFIG, else the nearest lockstep.config.* upward.',
  },
  { name: 'json', type: 'flag', help: 'Print one JSON object instead of text.' },
  { name: 'quiet', type: 'flag', short: 'q', help: 'No progress and no hints.' },
  { name: 'verbose', type: 'flag', help: 'Say more about each step.' },
  { name: 'debug', type: 'flag', help: 'Show the stack of an error.' },
  {
    name: 'color',
    type: 'switch',
    help: 'Colours, or none; default: where a terminal is. NO_COLOR and FORCE_COLOR count.',
  },
  {
    name: 'yes',
    type: 'flag',
    short: 'y',
    help: 'Answer ordinary questions with yes. Never enough for a protected store.',
  },
  { name: 'help', type: 'flag', short: 'h', help: 'Explain the command and do nothing.' },
  { name: 'version', type: 'flag', short: 'V', help: 'Print the version and do nothing.' },
] as const satisfies readonly Option[]

export type Everywhere = Values<typeof everywhere>

/** What each exit code says, in a few words. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done, or current',
  1: 'failed, and nothing is left half done',
  2: 'wrong use or configuration; nothing was touched',
  3: 'the answer is no: pending, drift, findings',
  4: 'refused by a policy, a problem in the history, or a safety gate',
  5: 'another migrator holds the lock',
  6: 'partial or unknown outcome: see lockstep status',
  7: 'some stores failed, others are done',
  8: 'incompatible: the store is ahead by a breaking migration',
  130: 'stopped by SIGINT at a safe point',
  143: 'stopped by SIGTERM at a safe point',
}
