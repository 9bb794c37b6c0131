/** The rules of one store: defaults, then presets, then what the configuration and the store say. */

import { defaultBackup, defaultPolicy, presets, type Policy, type PresetName } from '../../core/policy.ts'
import type { StoreKind } from '../../core/ports.ts'
import type { Configuration } from '../configuration/configuration.ts'

export interface MadePolicy {
  readonly policy: Policy
  /** Which layer each value comes from. */
  readonly origins: Readonly<Record<string, string>>
}

interface Layer {
  readonly origin: string
  readonly rules: Partial<Policy>
}

/** The policy of `store`, of this kind; later layers go before earlier ones, rule by rule. */
export function makePolicy(configuration: Configuration | null, store: string, kind: StoreKind): MadePolicy {
  const said = configuration?.stores[store]
  const layers: readonly Layer[] = [
    { origin: 'default', rules: { ...defaultPolicy, backup: defaultBackup[kind] } },
    presetLayer('preset', configuration?.preset),
    { origin: 'policy', rules: configuration?.policy ?? {} },
    presetLayer(`stores.${store}.preset`, said?.preset),
    { origin: `stores.${store}.policy`, rules: said?.policy ?? {} },
  ]
  const origins: Record<string, string> = {}
  let policy: Policy = defaultPolicy
  for (const { origin, rules } of layers) {
    const given = Object.entries(rules).filter(([, value]) => value !== undefined)
    for (const [rule] of given) origins[`policy.${rule}`] = origin
    policy = { ...policy, ...Object.fromEntries(given) }
  }
  return { policy, origins }
}

function presetLayer(at: string, name: PresetName | undefined): Layer {
  return { origin: `${at} ${name ?? ''}`, rules: name === undefined ? {} : presets[name] }
}
