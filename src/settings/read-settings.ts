/** Reads everything that a command needs to know before it opens a store. */

import { dirname, relative, resolve } from 'node:path'
import { makeRedactor, makeSecret } from '../core/secret.ts'
import { checkConfiguration } from './rules/check-configuration.ts'
import type { BackupConfiguration, Configuration } from './configuration/configuration.ts'
import { findConfiguration, type FoundConfiguration } from './configuration/find-configuration.ts'
import { loadConfiguration } from './configuration/load-configuration.ts'
import { addEnvFile, environmentOf, type Environment } from './environment.ts'
import { followStore } from './stores/follow-store.ts'
import { makeStorePlace, makeStoreSettings, type StorePlace } from './stores/make-store-settings.ts'
import { makeReferences } from './references.ts'
import { selectStores, type WantedStore } from './stores/select-stores.ts'
import type { AlertSettings, BackupSettings, Settings, SettingsOptions } from './settings.ts'

/**
 * The configuration that counts (`--config`, LOCKSTEP_CONFIG, the nearest file, package.json), or the words of the
 * command line alone. Opens no connection; names all missing variables of the selected stores at once.
 */
export async function readSettings(options: SettingsOptions): Promise<Settings> {
  const { cwd, flags } = options
  const { found, folder, environment, configuration, wanted } = await readGround(options)
  const references = makeReferences(environment, folder)
  const words = wanted.map((store) => followStore(store, references, configuration?.placeholders))
  references.stopIfMissing()
  const made = words.map((one) => makeStoreSettings(one, { cwd, folder, configuration, environment }))
  const general = readGeneral(options, { configuration, environment, folder })
  return {
    file: found?.file ?? null,
    folder,
    stores: made.map((one) => one.settings),
    storeNames: configuration === null ? wanted.map((store) => store.name) : Object.keys(configuration.stores),
    backups: backupSettingsOf(configuration?.backups, folder),
    alerts: general.alerts,
    release: flags.release ?? general.release,
    warnings: [...shadowedBy(found), ...general.warnings, ...made.flatMap((one) => one.settings.warnings)],
    redact: makeRedactor([...made.flatMap((one) => one.secrets), ...general.secrets]),
    env: () => environment.values,
    origins: {
      configuration: originOf(found, cwd),
      release: flags.release === undefined ? 'configuration' : '--release',
    },
  }
}

/**
 * Where the migrations of the selected stores are and the rules they are under. Follows no reference: a new migration
 * is written on machines that can reach no store.
 */
export async function readPlaces(options: SettingsOptions): Promise<readonly StorePlace[]> {
  const { folder, environment, configuration, wanted } = await readGround(options)
  const around = { cwd: options.cwd, folder, configuration, environment }
  return wanted.map((one) => makeStorePlace(one, around).place)
}

interface Ground {
  readonly found: FoundConfiguration | null
  readonly folder: string
  readonly environment: Environment
  readonly configuration: Configuration | null
  readonly wanted: readonly WantedStore[]
}

async function readGround(options: SettingsOptions): Promise<Ground> {
  const { cwd } = options
  const near = await addEnvFile(environmentOf(options.env), cwd)
  const found = options.configuration === undefined ? findConfiguration(cwd, namesOf(options, near)) : null
  const folder = found === null ? resolve(cwd) : dirname(found.file)
  const environment = found === null ? near : await addEnvFile(near, folder)
  const configuration = await readConfiguration(found, options)
  return { found, folder, environment, configuration, wanted: selectStores(options, { configuration, environment }) }
}

function namesOf({ flags, env }: SettingsOptions, near: Environment): { flag?: string; variable?: string } {
  const variable = env['LOCKSTEP_CONFIG'] ?? near.values['LOCKSTEP_CONFIG']
  return {
    ...(flags.config === undefined ? {} : { flag: flags.config }),
    ...(variable === undefined ? {} : { variable }),
  }
}

async function readConfiguration(
  found: FoundConfiguration | null,
  { cwd, selfUrl, configuration }: SettingsOptions,
): Promise<Configuration | null> {
  if (configuration !== undefined) return checkConfiguration(configuration, 'the configuration')
  if (found === null) return null
  const shownAs = shownPath(cwd, found.file)
  const value = await loadConfiguration({ file: found.file, shownAs }, selfUrl ?? null)
  return checkConfiguration(value, shownAs)
}

function shadowedBy(found: FoundConfiguration | null): string[] {
  if (found === null || found.shadowed === null) return []
  return [`${found.shadowed} does not count, because ${found.file} is beside it`]
}

function originOf(found: FoundConfiguration | null, cwd: string): string {
  return found === null ? 'none' : `${shownPath(cwd, found.file)} (${found.origin})`
}

/** Where backups go and how long they stay, with what is not said. */
export function backupSettingsOf(said: BackupConfiguration | undefined, folder: string): BackupSettings {
  return {
    path: resolve(folder, said?.path ?? '.lockstep/backups'),
    keepDays: said?.keepDays ?? 30,
    keepAtLeast: said?.keepAtLeast ?? 5,
    compress: said?.compress ?? false,
  }
}

interface General {
  readonly alerts: readonly AlertSettings[]
  readonly release: string | null
  readonly warnings: readonly string[]
  readonly secrets: readonly string[]
}

interface Around {
  readonly configuration: Configuration | null
  readonly environment: Environment
  readonly folder: string
}

/** What belongs to no store. A missing variable here turns an alert off, with a warning; it does not stop a migration. */
function readGeneral({ flags }: SettingsOptions, { configuration, environment, folder }: Around): General {
  const references = makeReferences(environment, folder)
  const warnings: string[] = []
  const alerts = (configuration?.alerts ?? []).flatMap((alert, i): AlertSettings[] => {
    const url = references.follow(alert.url, 'alert')
    const secret = alert.secret === undefined ? undefined : references.follow(alert.secret, 'alert')
    const absent = url === null ? alert.url : secret === null ? alert.secret : undefined
    if (absent !== undefined) warnings.push(`alerts[${i}] is off: ${absent.replace('env:', '')} is missing or empty`)
    if (url === null || secret === null) return []
    return [
      {
        url: makeSecret(url.text),
        secret: secret === undefined ? null : makeSecret(secret.text),
        format: alert.format ?? 'json',
        on: alert.on ?? ['failure', 'drift', 'stale-backup'],
      },
    ]
  })
  const release = configuration?.release === undefined ? null : references.follow(configuration.release, 'release')
  const secrets = alerts.flatMap((alert) => [alert.url.reveal(), alert.secret?.reveal() ?? ''])
  return { alerts, release: flags.release ?? release?.text ?? null, warnings, secrets }
}

function shownPath(cwd: string, file: string): string {
  return relative(cwd, file).replaceAll('\\', '/')
}
