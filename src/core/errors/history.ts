/** Problems between the files and the history, and refusals that rest on them. */

import type { ProblemDetails } from '../problem.ts'
import { entry } from './entry.ts'

/** Every problem is told of one migration. */
export interface About {
  readonly version: string
  readonly file: string | null
  readonly store: string
}

export type Of<C extends keyof ProblemDetails> = ProblemDetails[C] & About

export const historyErrors = {
  'checksum-changed': entry<Of<'checksum-changed'>>({
    exit: 4,
    what: (d) => `${d.file} was edited after it was applied on ${day(d.appliedAt)}`,
    why: 'A migration that has run is history. Editing it makes databases differ without a trace.',
    help: (d) => [
      `git log -p -- ${d.file}    and take the applied text back`,
      'or put the change in a new migration: lockstep new <name>',
      `or accept an intended edit: lockstep repair accept ${d.version} --store ${d.store} --why "..."`,
    ],
  }),
  'late-file': entry<Of<'late-file'>>({
    exit: 4,
    what: (d) => `${d.file} is older than ${d.newest}, which is already applied`,
    why: 'It would run after migrations that were written to follow it; skipping it in silence would be worse.',
    help: (d) => [`rename it to a version above ${d.newest}`, "or let late files run: policy: { late: 'run' }"],
  }),
  'missing-file': entry<Of<'missing-file'>>({
    exit: 4,
    what: (d) => `${d.file ?? d.version} was applied on ${day(d.appliedAt)} by ${d.appliedBy}, but its file is gone`,
    why: 'Without the file nobody can rebuild this database or take the migration back.',
    help: (d) => [
      `git log --diff-filter=D -- ${d.file ?? '<folder>'}    and bring it back`,
      `or accept that it is gone: lockstep repair accept ${d.version} --store ${d.store} --why "..."`,
    ],
  }),
  'duplicate-version': entry<Of<'duplicate-version'>>({
    exit: 4,
    what: (d) => `version ${d.version} is claimed by ${[d.file, ...d.others].join(' and ')}`,
    why: 'Two files with one version have no order between them.',
    help: () => ['give all but the applied one a new version'],
  }),
  'requires-unknown': entry<Of<'requires-unknown'>>({
    exit: 4,
    what: (d) => `${d.file} requires ${d.wanted}, which does not exist`,
    why: 'What a migration rests on must be there.',
    help: (d) => [`mend the line "requires ${d.wanted}" in ${d.file}`, ...otherStore(d)],
  }),
  'requires-pending': entry<Of<'requires-pending'>>({
    exit: 4,
    what: (d) => `${d.file} requires ${d.wanted}, which is not applied and not part of this run`,
    why: 'What a migration rests on must be there before it runs.',
    help: (d) => [`lockstep up --store ${d.wanted.split('/')[0] ?? ''}`, 'or move all stores together: lockstep up'],
  }),
  'requires-later': entry<Of<'requires-later'>>({
    exit: 4,
    what: (d) => `${d.file} requires ${d.wanted}, a later version of the same store`,
    why: 'Versions give the order; a requirement never reorders them.',
    help: (d) => [`give ${d.file} a version above ${d.wanted}`],
  }),
  'requires-circle': entry<Of<'requires-circle'>>({
    exit: 4,
    what: (d) => `these migrations require each other: ${d.circle.join(' -> ')}`,
    why: 'In a circle none can be first.',
    help: () => ['take one of the "requires" lines away'],
  }),
  'failed-run': entry<Of<'failed-run'>>({
    exit: 4,
    what: (d) =>
      `${d.file ?? d.version} stopped on ${day(d.since)} with ${d.stepsDone} of ${d.stepsTotal} steps proven (run by ${d.by}), and this store does not go on by itself`,
    why: "Policy retry: 'never' leaves the decision to a person.",
    help: (d) => [
      `mend what stopped it, then: lockstep repair resolve ${d.version} --store ${d.store} --not-applied --why "..."`,
      `or, if it was finished by hand: lockstep repair resolve ${d.version} --store ${d.store} --applied --why "..."`,
    ],
  }),
  'half-down': entry<Of<'half-down'>>({
    exit: 4,
    what: (d) =>
      `${d.file ?? d.version} is half taken back: ${d.stepsDone} of ${d.stepsTotal} steps of its down are proven`,
    why: 'It is neither applied nor gone, so nothing may be built on it.',
    help: (d) => [
      `finish the way back: lockstep down --store ${d.store}`,
      `or decide by hand: lockstep repair resolve ${d.version} --store ${d.store} --applied|--not-applied --why "..."`,
    ],
  }),
  'steps-changed': entry<Of<'steps-changed'>>({
    exit: 4,
    what: (d) => `${d.file} was edited inside the ${d.stepsDone} of ${d.stepsTotal} steps that have run`,
    why: 'Only what has not run yet may be mended.',
    help: (d) => [`take the edit of the first ${d.stepsDone} steps back, then: lockstep up --store ${d.store}`],
  }),
  'no-way-back': entry<Of<'no-way-back'>>({
    exit: 4,
    what: (d) => `${d.file} has neither a down nor a line that says why there is none`,
    why: "Policy direction: 'reversible' wants every migration to be taken back, or the reason why it cannot.",
    help: () => ['write the down file', 'or say why: -- lockstep: irreversible <why>'],
  }),
  'code-refused': entry<Of<'code-refused'>>({
    exit: 4,
    what: (d) => `${d.file} is code`,
    why: "Policy files: 'sql' wants plain SQL that a reviewer can read to the end.",
    help: () => ['write it as SQL'],
  }),
  'order-differs': entry<Of<'order-differs'>>({
    exit: 4,
    what: (d) => `sorted by name, ${d.file} does not come after ${d.after}, but its version does`,
    why: 'Whoever reads the folder must see the order in which it runs.',
    help: () => ['pad the versions to the same width: 009, 010'],
  }),
  'store-blocked': entry<{ store: string; problems: number }>({
    exit: 4,
    what: (d) =>
      `store ${d.store}: ${d.problems} ${d.problems === 1 ? 'problem' : 'problems'} between its files and its history`,
    why: 'Nothing runs on top of a history that does not fit its files.',
    help: (d) => [`lockstep status --store ${d.store}`],
  }),
  'history-newer': entry<{ store: string; found: number; known: number }>({
    exit: 8,
    what: (d) => `the history of store ${d.store} has format ${d.found}; this Lockstep knows ${d.known}`,
    why: 'A newer Lockstep has written it. An older one could damage what it does not know.',
    help: () => ['npm install lockstep@latest'],
  }),
  'history-incompatible': entry<{ store: string; version: string; appliedAt: string }>({
    exit: 8,
    what: (d) => `store ${d.store} is ahead by ${d.version} (applied ${day(d.appliedAt)}), which is marked as breaking`,
    why: 'This code was written for the structure before it.',
    help: () => ['use the release that holds this migration'],
  }),
  'not-adopted': entry<{ store: string; place: string }>({
    exit: 4,
    what: (d) => `${d.place} holds tables, but no history of Lockstep`,
    why: 'The first migration would run on top of what somebody else made.',
    help: (d) => [
      `take it over: lockstep adopt --store ${d.store}`,
      `or go ahead beside what is there: lockstep up --store ${d.store} --into-existing`,
    ],
  }),
  'already-adopted': entry<{ store: string; records: number }>({
    exit: 4,
    what: (d) => `store ${d.store} has a history already (${d.records} records)`,
    why: 'Adopting is for a store that was made by other means.',
    help: (d) => [`lockstep status --store ${d.store}`],
  }),
  'adopt-differs': entry<{ store: string; version: string; differences: readonly string[] }>({
    exit: 4,
    what: (d) =>
      `store ${d.store} does not look as it would after ${d.version}:\n${d.differences
        .slice(0, 20)
        .map((one) => `  - ${one}`)
        .join('\n')}`,
    why: 'Marking migrations as applied that did not make this structure hides the difference for good.',
    help: (d) => [
      `lockstep adopt --store ${d.store} --at <an earlier version>`,
      `lockstep adopt --store ${d.store} --accept-differences --why "..."`,
    ],
  }),
  'plan-stale': entry<{ store: string; file: string }>({
    exit: 4,
    what: (d) => `the plan in ${d.file} was made on another history of store ${d.store} than it has now`,
    why: 'Somebody migrated in between. A reviewed plan is carried out as reviewed, or not at all.',
    help: (d) => [`lockstep plan --out ${d.file}    and review it again`],
  }),
  'log-broken': entry<{ store: string; row: number; reason: string }>({
    exit: 3,
    what: (d) => `the log of store ${d.store} is broken at row ${d.row}: ${d.reason}`,
    why: 'Each row carries the hash of the row before; a row was changed, cut out or added by hand.',
    help: () => ['compare with the head that the last run printed: lockstep verify --head <hash>'],
  }),
  'still-required': entry<{ store: string; version: string; by: string }>({
    exit: 4,
    what: (d) => `${d.store}/${d.version} cannot be taken back: ${d.by} is applied and requires it`,
    why: 'What rests on it must go first.',
    help: (d) => [`lockstep down --store ${d.by.split('/')[0] ?? ''}    first, then: lockstep down --store ${d.store}`],
  }),
  'nothing-to-repair': entry<{ store: string; version: string; reason: string }>({
    exit: 2,
    what: (d) => `store ${d.store}, ${d.version}: ${d.reason}`,
    why: 'A repair changes only what is broken.',
    help: (d) => [`lockstep status --store ${d.store}`],
  }),
}

function day(iso: string): string {
  return iso.slice(0, 10)
}

/** A run over some of the stores knows nothing of the others. */
function otherStore({ wanted, store }: Of<'requires-unknown'>): string[] {
  const [other = ''] = wanted.split('/')
  if (!wanted.includes('/') || other === store) return []
  return [`or, if store ${other} is only missing from this run: lockstep up --store ${store} --store ${other}`]
}
