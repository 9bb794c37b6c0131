/** Which stores a command is about, and which flag means which of them. */

import { LockstepError } from '../../core/error.ts'
import { nearestWord } from '../../core/nearest.ts'
import type { Configuration, LayoutName, StoreConfiguration } from '../configuration/configuration.ts'
import { layoutNames } from '../rules/rules.ts'
import type { Environment } from '../environment.ts'
import { onlyStore, type SettingsOptions } from '../settings.ts'

/** A store before its references are followed. */
export interface WantedStore {
  readonly name: string
  /** `null`: there is no configuration. */
  readonly said: StoreConfiguration | null
  /** The words of the command line, which go before the configuration. */
  readonly flags: PlaceFlags
  /** No other store is configured. */
  readonly alone: boolean
}

export interface PlaceFlags {
  readonly url?: string
  readonly migrations?: string
  readonly files?: string
  readonly layout?: LayoutName
}

interface Around {
  readonly configuration: Configuration | null
  readonly environment: Environment
}

/** The stores that `--store` names, else all of them. */
export function selectStores(options: SettingsOptions, { configuration, environment }: Around): WantedStore[] {
  const flags = placeFlags(options)
  if (configuration === null) return [storeOfFlags(options, flags, environment)]
  const names = selectedNames(Object.keys(configuration.stores), options.flags.store)
  const stores = names.map((name) => ({ name, said: configuration.stores[name] ?? null, flags: {}, alone: false }))
  const alone = Object.keys(configuration.stores).length === 1
  const [first, second] = stores
  const [flag] = Object.keys(flags)
  if (flag !== undefined && second !== undefined) {
    const choices = names.map((name) => `--store ${name}`).join(', ')
    throw wrongArguments(options, `--${flag} is about one store; say which one: ${choices}`)
  }
  if (flags.files !== undefined && first?.said?.kind !== 'documents') {
    throw wrongArguments(options, `--files is for documents; store ${first?.name} is of kind ${first?.said?.kind}`)
  }
  return stores.map((store) => ({ ...store, flags, alone }))
}

function storeOfFlags(options: SettingsOptions, flags: PlaceFlags, environment: Environment): WantedStore {
  selectedNames([onlyStore], options.flags.store)
  const url = environment.values['DATABASE_URL'] ?? ''
  if (flags.url === undefined && flags.files === undefined && url === '') {
    throw new LockstepError('configuration-missing', { searched: [options.cwd] })
  }
  return { name: onlyStore, said: null, flags, alone: true }
}

function selectedNames(known: readonly string[], wanted: readonly string[] | undefined): string[] {
  if (wanted === undefined || wanted.length === 0) return [...known]
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown === undefined) return known.filter((name) => wanted.includes(name))
  const nearest = nearestWord(unknown, known)
  const nearestFirst = known.toSorted((a, b) => Number(b === nearest) - Number(a === nearest))
  throw new LockstepError('unknown-store', { store: unknown, known: nearestFirst })
}

function placeFlags(options: SettingsOptions): PlaceFlags {
  const { url, migrations, files, layout } = options.flags
  if (url !== undefined && files !== undefined) {
    throw wrongArguments(options, '--url and --files are two stores; say one of them, or write a configuration')
  }
  return {
    ...(url === undefined ? {} : { url }),
    ...(migrations === undefined ? {} : { migrations }),
    ...(files === undefined ? {} : { files }),
    ...(layout === undefined ? {} : { layout: layoutOf(options, layout) }),
  }
}

function layoutOf(options: SettingsOptions, word: string): LayoutName {
  if (layoutNames.includes(word)) return word as LayoutName
  const nearest = nearestWord(word, layoutNames)
  const meant = nearest === null ? `one of ${layoutNames.join(', ')}` : `did you mean ${nearest}?`
  throw wrongArguments(options, `there is no layout "${word}"; ${meant}`)
}

function wrongArguments({ command = 'status' }: Pick<SettingsOptions, 'command'>, reason: string): LockstepError {
  return new LockstepError('wrong-arguments', { command, reason })
}
