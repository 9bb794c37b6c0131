/** Rehearsals, drift, and shapes as text. */

import { entry } from './entry.ts'

export const rehearseErrors = {
  'scratch-impossible': entry<{ store: string; reason: string }>({
    exit: 1,
    what: (d) => `store ${d.store} has no scratch copy to rehearse on: ${d.reason}`,
    why: 'A rehearsal never touches the store itself; it needs a second one of the same kind.',
    help: (d) => [
      'grant the role CREATEDB on that server',
      `or rehearse in memory: lockstep rehearse --store ${d.store} --on pglite`,
    ],
  }),
  'seed-file-missing': entry<{ file: string; reason: string }>({
    exit: 2,
    what: (d) => `the seed file ${d.file} cannot be read: ${d.reason}`,
    why: 'Without it the rehearsal would say less than was asked for.',
    help: () => ['lockstep rehearse --seed <file>', 'or leave it out: rows are generated then'],
  }),
  'drift-found': entry<{ store: string; differences: readonly string[] }>({
    exit: 4,
    what: (d) => `store ${d.store} is not as the last run left it:\n${listed(d.differences)}`,
    why: "Policy drift: 'refuse' runs nothing on top of a structure that was changed behind its back.",
    help: (d) => [
      `lockstep verify --store ${d.store}    and bring it back, or write the change as a migration`,
      "or let it run all the same: policy: { drift: 'record' }",
    ],
  }),
  'shape-unprintable': entry<{ store: string; kind: string }>({
    exit: 2,
    what: (d) => `the shape of store ${d.store} (${d.kind}) has no form as SQL`,
    why: 'Only the structure of PostgreSQL, PGlite and SQLite is written as SQL.',
    help: () => ['lockstep shape --store <a store of one of these kinds>'],
  }),
}

function listed(differences: readonly string[]): string {
  const shown = differences.slice(0, 20).map((one) => `  - ${one}`)
  return (differences.length > 20 ? [...shown, `  - and ${differences.length - 20} more`] : shown).join('\n')
}
