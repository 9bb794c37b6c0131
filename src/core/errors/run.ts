/** What stopped a run. */

import { entry } from './entry.ts'

/**
 * Why a store refused a statement, as far as the engine acts on it. `lock-timeout` and `conflict` (deadlock,
 * serialisation) may be tried again; `needs-steps` cannot run inside a transaction, or not together with what is before
 * it; `refused` is everything else.
 */
export type FailureReason = 'lock-timeout' | 'conflict' | 'needs-steps' | 'refused'

export const runErrors = {
  'lock-held': entry<{ store: string; holder: string; waitedMs: number }>({
    exit: 5,
    what: (d) => `store ${d.store} is being migrated by ${d.holder}; waited ${Math.round(d.waitedMs / 1000)} s`,
    why: 'One migrator a store. The lock ends with the process or the connection that holds it.',
    help: () => ['wait longer: lockstep up --lock-wait 10m', 'who it is: lockstep doctor'],
  }),
  'lock-wait-exhausted': entry<{ file: string; attempts: number; lockTimeoutMs: number; blockedBy: readonly string[] }>(
    {
      exit: 1,
      what: (d) =>
        `${d.file} did not get its locks: ${d.attempts} ${d.attempts === 1 ? 'attempt' : 'attempts'} of ${d.lockTimeoutMs} ms` +
        (d.blockedBy.length === 0 ? '' : `\n${d.blockedBy.map((one) => `  blocked by ${one}`).join('\n')}`),
      why: 'A statement that waits for a lock makes everybody behind it wait too, so each attempt is short.',
      help: () => ['end the blocker, then: lockstep up', 'or allow more: -- lockstep: lock-timeout 10s'],
    },
  ),
  'migration-failed': entry<{
    file: string
    message: string
    code: string | null
    reason: FailureReason
    /** What goes on from there, where that is not simply the next run. */
    next?: string
  }>({
    exit: 1,
    what: (d) => `${d.file} failed: ${d.message}${d.code === null ? '' : ` (${d.code})`}`,
    why: 'The store refused a statement, or the code of the migration threw an error.',
    help: (d) => [`mend the file, then: ${d.next ?? 'lockstep up'}`],
  }),
  'call-not-awaited': entry<{
    file: string
    /** As it stands in the code, shortened: `exec("create table ...")`. */
    call: string
    /** When its function returned, nobody had waited for the call, or the call came afterwards. */
    when: 'under-way' | 'afterwards'
    /** What became of it; `null` where it did what it should. */
    failure: string | null
  }>({
    exit: 1,
    what: (d) =>
      d.when === 'under-way'
        ? `${d.file} did not wait for ${d.call}${d.failure === null ? '' : `, which failed: ${d.failure}`}`
        : `${d.file} called ${d.call} after its function had returned; it was not run`,
    why: 'What nobody waits for can miss the transaction of its migration, and nobody hears how it went.',
    help: (d) => [`write await before it: await ${d.call}`],
  }),
  'step-failed': entry<{
    file: string
    message: string
    code: string | null
    done: number
    total: number
    /** The command that goes on from there. */
    next: string
  }>({
    exit: 6,
    what: (d) =>
      `${d.file} failed at step ${d.done + 1} of ${d.total}: ${d.message}${d.code === null ? '' : ` (${d.code})`}`,
    why: 'This migration cannot run in one transaction, so the steps before it stay.',
    help: (d) => [`mend the failing step (not the ones before it), then: ${d.next}`],
  }),
  'outcome-unknown': entry<{
    store: string
    version: string
    file: string
    done: number
    total: number
    /** `null`: it is not at hand. */
    statement: string | null
  }>({
    exit: 6,
    what: (d) =>
      `nobody can tell whether step ${d.done + 1} of ${d.total} of ${d.file} took effect` +
      (d.statement === null ? '' : `: ${d.statement}`),
    why: 'It was started, and its end was not seen.',
    help: (d) => [
      `look at the store, then: lockstep repair resolve ${d.version} --store ${d.store} --applied --why "..."`,
      `or: lockstep repair resolve ${d.version} --store ${d.store} --not-applied --why "..."`,
    ],
  }),
  'outcome-not-seen': entry<{ store: string; version: string; file: string }>({
    exit: 6,
    what: (d) => `the connection was lost while ${d.file} was under way, and the server does not answer any more`,
    why: 'It was either committed with its record or rolled back with it; the history tells as soon as it can be read.',
    help: (d) => [`lockstep status --store ${d.store}`, 'then: lockstep up'],
  }),
  'script-refused': entry<{ file: string; reason: string; help: string }>({
    exit: 2,
    what: (d) => `${d.file}: ${d.reason}`,
    why: 'Only what the server itself understands is run.',
    help: (d) => [d.help],
  }),
  'file-changed-meanwhile': entry<{ file: string }>({
    exit: 1,
    what: (d) => `${d.file} changed while this run was under way`,
    why: 'What runs is what was planned.',
    help: () => ['lockstep plan'],
  }),
  'rows-lost': entry<{ file: string; table: string; before: number; after: number }>({
    exit: 1,
    what: (d) => `${d.file} would leave ${d.after} of ${d.before} rows in ${d.table}, which it does not mention`,
    why: 'Rows of a child table disappear when its parent is dropped while foreign keys are enforced.',
    help: () => ['put PRAGMA foreign_keys = OFF at the head of the file'],
  }),
  'foreign-keys-broken': entry<{ file: string; violations: readonly string[] }>({
    exit: 1,
    what: (d) =>
      `${d.file} would break foreign keys:\n${d.violations
        .slice(0, 10)
        .map((one) => `  - ${one}`)
        .join('\n')}`,
    why: 'Foreign keys are checked as a whole before the transaction is committed.',
    help: () => [
      'mend the rows in the same migration',
      'or let SQLite cascade: PRAGMA foreign_keys = ON at the head of the file',
    ],
  }),
  'ended-early': entry<Record<string, never>>({
    exit: 6,
    what: () => 'the process ended before the command did',
    why: 'The code of a migration or of the configuration called process.exit, or waits for a promise that nothing settles.',
    help: () => ['see what was recorded: lockstep status', 'mend that code, then run the command again'],
  }),
  'failure-unheard': entry<{ message: string }>({
    exit: 6,
    what: (d) => `something failed that nobody was waiting for: ${d.message}`,
    why: 'The code of a migration or of the configuration left a promise to itself, so the command went on without it.',
    help: () => ['see what was recorded: lockstep status', 'write await before that promise, or catch its failure'],
  }),
  interrupted: entry<{ signal: string; store: string; done: readonly string[]; next: string | null }>({
    exit: 130,
    what: (d) =>
      `stopped by ${d.signal} at a safe point; ${d.done.length === 0 ? 'nothing was applied' : `applied: ${d.done.join(', ')}`}`,
    why: 'Between two steps nothing is half done.',
    help: (d) => (d.next === null ? ['lockstep status'] : [`go on with ${d.next}: lockstep up`]),
  }),
  'some-failed': entry<{ failed: readonly string[]; done: readonly string[] }>({
    exit: 7,
    what: (d) => `failed: ${d.failed.join(', ')}; done: ${d.done.join(', ')}`,
    why: 'Stores are migrated one after the other; a failure stops its own store.',
    help: () => ['lockstep status'],
  }),
  internal: entry<{ message: string }>({
    exit: 1,
    what: (d) => `this is a bug in Lockstep: ${d.message}`,
    why: 'Something that must be true was not.',
    help: () => ['run again with --debug and report it'],
  }),
}
