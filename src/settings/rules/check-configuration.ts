/** From what a file holds to a configuration, or to all of its faults. */

import { LockstepError } from '../../core/error.ts'
import { checkValue } from './check.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { configurationRule } from './rules.ts'

/** `value` as a configuration; stops with every fault that it has. */
export function checkConfiguration(value: unknown, file: string): Configuration {
  const faults = checkValue(configurationRule, value)
  if (faults.length === 0) faults.push(...faultsAcross(value as Configuration))
  if (faults.length > 0) throw new LockstepError('configuration-invalid', { file, faults })
  return value as Configuration
}

/** What only shows when several values are seen together. */
function faultsAcross(configuration: Configuration): string[] {
  const names = Object.keys(configuration.stores)
  const signed = (configuration.alerts ?? []).flatMap((alert, i) =>
    alert.secret !== undefined && alert.format === 'slack' ? [`alerts[${i}].secret: Slack's format is not signed`] : [],
  )
  return [...(names.length === 0 ? ['stores names no store'] : []), ...sameButForCase(names), ...signed]
}

/** Backups and folders are named after stores, and some file systems take `App` and `app` for one. */
function sameButForCase(names: readonly string[]): string[] {
  return names
    .filter((name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== i)
    .map((name) => `stores.${name}: another store has this name but for capitals`)
}
