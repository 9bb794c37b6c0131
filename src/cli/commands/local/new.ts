/** `lockstep new <name>`. */

import { newMigration } from '../../../app/project/new-migration.ts'
import { isLockstepError } from '../../../core/error.ts'
import { readPlaces } from '../../../settings/read-settings.ts'
import type { SettingsFlags } from '../../../settings/settings.ts'
import type { StorePlace } from '../../../settings/stores/make-store-settings.ts'
import { command, type Context } from '../../command.ts'
import type { InvocationOf } from '../../parse/command-line.ts'
import { plainJson } from '../../print/json.ts'
import { onlyOne } from '../../run/only-one.ts'
import { printResult } from '../../run/print-result.ts'
import { flagsOf, ownLibrary } from '../../run/with-targets.ts'
import type { create } from '../../specs/local.ts'

type Said = InvocationOf<typeof create>

export const run = command<typeof create>(async (said, context) => {
  const { values, words } = said
  const { terminal } = context
  const files = newMigration(await placesOf(said, context), {
    name: words[0] ?? '',
    withDown: values.down,
    form: values.ts ? 'module' : 'script',
    now: Date.now(),
  })
  if (values.json) return await printResult(context, plainJson({ command: 'new', ok: true, exit: 0, more: { files } }))
  terminal.out(files.map(({ file }) => `wrote ${file}`).join('\n'))
  terminal.hint(`${terminal.paintErr('dim', 'next:')} lockstep plan`)
  return 0
})

/** `--stores a,b`: one version in all of them; else the only store, or the one that `--store` names. */
async function placesOf(said: Said, context: Context): Promise<readonly StorePlace[]> {
  const several = (said.values.stores ?? '').split(',').filter((name) => name !== '')
  const flags = flagsOf({ ...said.values, store: [...said.values.store, ...several] })
  const places = await read(flags, context).catch((error: unknown) => {
    // A new file needs no database: without any word about one, any address will do, and none is opened.
    if (!isLockstepError(error) || error.code !== 'configuration-missing') throw error
    return read({ ...flags, url: 'sqlite:app.db' }, context)
  })
  return several.length > 0 ? places : [onlyOne(places, said)]
}

function read(flags: SettingsFlags, { cwd, env }: Context): Promise<readonly StorePlace[]> {
  return readPlaces({ cwd, env, flags, command: 'new', ...ownLibrary() })
}
