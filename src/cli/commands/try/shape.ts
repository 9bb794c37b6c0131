/** `lockstep shape`. */

import { shape as ask, type ShapeReport } from '../../../app/shape.ts'
import { command } from '../../command.ts'
import { finish } from '../../run/finish.ts'
import { withTargets } from '../../run/with-targets.ts'
import type { shape } from '../../specs/try.ts'

export const run = command<typeof shape>(async (said, context) => {
  const answer = await withTargets(said, { context, access: 'read' }, ({ targets, app }) => ask(targets, app))
  return await finish(answer, said, { context, text: shapeText })
})

/** A script: each store's begins with its name, where there are several. */
function shapeText(stores: readonly ShapeReport[]): string {
  const readable = stores.filter((one) => one.error === null)
  return readable
    .map(({ store, statements, unprinted }) =>
      [
        ...(readable.length > 1 ? [`-- store ${store}`] : []),
        ...statements.map((one) => `${one};`),
        ...unprinted.map((one) => `-- not written out: ${one}`),
      ].join('\n\n'),
    )
    .join('\n\n')
}
