/** Everything between the user's words and an open store, read and checked. */

import type { Address } from '../core/address.ts'
import type { Policy } from '../core/policy.ts'
import type { StoreKind } from '../core/ports.ts'
import type { Secret } from '../core/secret.ts'
import type { Variables } from './address/outside.ts'
import type { AlertCause, Configuration, LayoutName } from './configuration/configuration.ts'

export interface StoreSettings {
  readonly name: string
  readonly kind: Exclude<StoreKind, 'memory'>
  readonly address: Address
  /** Where it is, for people; never a secret. */
  readonly place: string
  readonly migrations: {
    /** Absolute. */
    readonly folder: string
    /** As the user would name it: relative to the working folder, with `/`. */
    readonly shownAs: string
  }
  /** `null`: nothing was said; the names in the folder tell. */
  readonly layout: LayoutName | null
  /** `schema` is `null` for kinds that have none. */
  readonly history: { readonly schema: string | null; readonly table: string }
  readonly policy: Policy
  readonly placeholders: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  /** Where each value comes from, for `doctor`. */
  readonly origins: Readonly<Record<string, string>>
}

export interface BackupSettings {
  /** Absolute. */
  readonly path: string
  readonly keepDays: number
  readonly keepAtLeast: number
  readonly compress: boolean
}

export interface AlertSettings {
  /** A webhook's address is its own password. */
  readonly url: Secret
  readonly secret: Secret | null
  readonly format: 'json' | 'slack'
  readonly on: readonly AlertCause[]
}

export interface Settings {
  /** The configuration; `null` where there is none. */
  readonly file: string | null
  /** Where relative paths start: the folder of the configuration, else the working folder. */
  readonly folder: string
  /** The selected ones, in the order of the configuration. */
  readonly stores: readonly StoreSettings[]
  /** All names, selected or not: `requires other/0003` may speak of any of them. */
  readonly storeNames: readonly string[]
  readonly backups: BackupSettings
  readonly alerts: readonly AlertSettings[]
  readonly release: string | null
  /** Those of the stores too. */
  readonly warnings: readonly string[]
  /** Hides every secret of these settings, in any form, in any text. */
  readonly redact: (text: string) => string
  /** Variables with those of `.env`, for what we start (pg_dump). A function, so that printing settings prints none. */
  readonly env: () => Variables
  readonly origins: Readonly<Record<string, string>>
}

export interface SettingsFlags {
  readonly config?: string
  readonly url?: string
  readonly migrations?: string
  /** A glob: a store of documents. */
  readonly files?: string
  readonly layout?: string
  readonly store?: readonly string[]
  readonly release?: string
}

export interface SettingsOptions {
  readonly cwd: string
  readonly env: Variables
  readonly flags: SettingsFlags
  /** A configuration that is at hand already (the library's): no file is looked for, paths start at `cwd`. */
  readonly configuration?: Configuration
  /** URL of our own entry, so that `import 'lockstep'` in a configuration works without an installation. */
  readonly selfUrl?: string
  /** The verb that is run, for the hint of an error. */
  readonly command?: string
}

/** The name of the only store where there is no configuration. */
export const onlyStore = 'app'
