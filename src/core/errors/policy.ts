/** Refusals by the rules that a team has set. */

import { entry } from './entry.ts'

export const policyErrors = {
  'operator-needed': entry<{ store: string; missing: string }>({
    exit: 4,
    what: (d) => `store ${d.store} is migrated by an operator: ${d.missing}`,
    why: "Policy run: 'operator' wants a saved, reviewed plan and a named operator.",
    help: () => ['lockstep plan --out plan.json', 'lockstep up --plan plan.json --operator "<name>"'],
  }),
  'forward-only': entry<{ store: string }>({
    exit: 4,
    what: (d) => `store ${d.store} only goes forward`,
    why: "Policy direction: 'forward-only'. What was wrong is put right by a new migration.",
    help: () => ['lockstep new <name>'],
  }),
  irreversible: entry<{
    store: string
    version: string
    file: string
    reason: string | null
    /** The newest one from before it; `null` where none is known. */
    backup: string | null
  }>({
    exit: 4,
    what: (d) => `${d.file} cannot be taken back: ${d.reason ?? 'it has no down'}`,
    why: 'Every down on the way is looked at before the first one runs.',
    help: (d) => [
      `write its down, or stop above it: lockstep down --store ${d.store} --to ${d.version}`,
      d.backup === null
        ? `or put a backup from before it back, if there is one: lockstep backup list --store ${d.store}`
        : `or put the state before it back as a whole: lockstep restore ${d.backup} --store ${d.store}`,
    ],
  }),
  'atomic-impossible': entry<{ store: string; file: string; reason: string }>({
    exit: 4,
    what: (d) => `--atomic: ${d.file} cannot share a transaction: ${d.reason}`,
    why: 'All or nothing is only promised where the store can keep it.',
    help: (d) => [`lockstep up --store ${d.store}`],
  }),
  'identity-differs': entry<{ store: string; wanted: string; found: string | null }>({
    exit: 4,
    what: (d) => `store ${d.store} is labelled ${d.found ?? '(nothing)'}, the configuration says ${d.wanted}`,
    why: 'The label is kept in the store itself, so that a wrong address is noticed before anything is written.',
    help: () => ['check the address', 'lockstep doctor'],
  }),
  'confirmation-needed': entry<{ store: string; identity: string }>({
    exit: 4,
    what: (d) => `store ${d.store} is protected; this needs its identity typed`,
    why: '--yes is not enough for a protected store.',
    help: (d) => [`--confirm ${d.identity}`],
  }),
  'agent-refused': entry<{ store: string; marker: string }>({
    exit: 4,
    what: (d) => `store ${d.store} is protected, and ${d.marker} says that a program is at the keyboard`,
    why: 'Destructive verbs on a protected store are for people.',
    help: () => ['ask the person you work for to run this command'],
  }),
  'read-only-target': entry<{ store: string; place: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.place} cannot be written: ${d.reason}`,
    why: 'Migrations run where the data is written, not on a copy.',
    help: () => ['of a server: give the address of the primary', 'of a file: let this user write it and its folder'],
  }),
  'pooler-refused': entry<{ store: string; place: string }>({
    exit: 4,
    what: (d) => `${d.place} is a transaction pooler: two clients share one session`,
    why: 'A lock that is kept in a session does not exclude anybody there.',
    help: () => ['give the direct address of the server, usually port 5432'],
  }),
  'why-needed': entry<{ command: string }>({
    exit: 2,
    what: (d) => `lockstep ${d.command} needs --why "..."`,
    why: 'A repair is written to the log with its reason.',
    help: (d) => [`lockstep ${d.command} --why "..."`],
  }),
}
