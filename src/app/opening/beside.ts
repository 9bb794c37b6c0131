/** Stores that a run leaves alone although it rests on them, or they on it: they are asked, never changed. */

import { isLockstepError } from '../../core/error.ts'
import type { Direction } from '../../core/migration.ts'
import type { Settings, SettingsOptions } from '../../settings/settings.ts'
import { readPlaces, readSettings } from '../../settings/read-settings.ts'
import type { StorePlace } from '../../settings/stores/make-store-settings.ts'
import type { AppContext } from './context.ts'
import { filesOf } from './open.ts'
import type { Run } from '../running/run.ts'
import { judgeTarget, type Judged, type Target } from './target.ts'

/**
 * Names of the stores that were not selected and have to be asked all the same. Found by reading folders: upwards those
 * that a selected store requires something of, on the way back those that require something of a selected one.
 */
export function storesBeside(
  places: readonly StorePlace[],
  selected: readonly string[],
  direction: Direction,
): string[] {
  const isSelected = (name: string): boolean => selected.includes(name)
  const databases = places.filter((one) => one.kind !== 'documents')
  if (direction === 'down') {
    return databases.filter((one) => !isSelected(one.name) && requiredBy(one).some(isSelected)).map((one) => one.name)
  }
  const wanted = new Set(databases.filter((one) => isSelected(one.name)).flatMap(requiredBy))
  return databases.filter((one) => !isSelected(one.name) && wanted.has(one.name)).map((one) => one.name)
}

export interface OpeningBeside {
  /** Of the stores that were selected. */
  readonly settings: Settings
  /** As those were read; which stores and where they are is left out. */
  readonly reading: SettingsOptions
  readonly open: (more: Settings) => Promise<readonly Target[]>
}

/** Opens the stores beside a run when they are first asked for. Reads nothing where every store was selected. */
export async function openBeside(
  { settings, reading, open }: OpeningBeside,
  direction: Direction,
): Promise<readonly Target[]> {
  const selected = settings.stores.map((one) => one.name)
  if (selected.length === settings.storeNames.length) return []
  const { config } = reading.flags
  const flags = config === undefined ? {} : { config }
  const names = storesBeside(await readPlaces({ ...reading, flags }), selected, direction)
  return names.length === 0 ? [] : await open(await readSettings({ ...reading, flags: { ...flags, store: names } }))
}

/** Where the stores that are only asked stand. */
export async function judgeBeside(direction: Direction, context: AppContext): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (const target of await context.beside(direction)) judged.push(await judgeTarget(target))
  return judged
}

/** For a run upwards: stores that are not moved, but required; one of them that cannot be asked stops the run. */
export async function askBeside(judged: readonly Judged[], run: Run, context: AppContext): Promise<readonly Judged[]> {
  const waiting = judged.find((one) => one.judgement.pending.length > 0)
  if (waiting === undefined) return []
  try {
    return await judgeBeside('up', context)
  } catch (error) {
    run.failed.set(waiting.target.name, error)
    return []
  }
}

/** Other stores that the migrations of this one require something of. */
function requiredBy(place: StorePlace): string[] {
  try {
    const { migrations } = filesOf(place)
    return migrations.flatMap((one) => one.directives.requires.flatMap(({ store }) => store ?? []))
  } catch (error) {
    // A store without a folder requires nothing; what is wrong with a selected one is told when it is judged.
    if (isLockstepError(error)) return []
    throw error
  }
}
