/** What goes wrong between us and a store. */

import { entry } from './entry.ts'

export const connectionErrors = {
  unreachable: entry<{ store: string; place: string; reason: string }>({
    exit: 1,
    what: (d) => `${d.place} cannot be reached: ${d.reason}`,
    why: 'No connection, no change.',
    help: () => ['is it running? a database that is still starting: lockstep up --wait 60s', 'lockstep doctor'],
  }),
  'connection-lost': entry<{ store: string; place: string; reason: string }>({
    exit: 1,
    what: (d) => `the connection to ${d.place} was lost: ${d.reason}`,
    why: 'What was under way is looked up in the history before anything goes on.',
    help: (d) => [`lockstep status --store ${d.store}`],
  }),
  'access-refused': entry<{ store: string; place: string; reason: string }>({
    exit: 2,
    what: (d) => `${d.place} refused the login: ${d.reason}`,
    why: 'User, password, database or certificate do not fit.',
    help: () => ['check the address and its password (env:, .pgpass)'],
  }),
  'database-missing': entry<{ store: string; place: string; database: string }>({
    exit: 2,
    what: (d) => `there is no database "${d.database}" at ${d.place}`,
    why: 'A database is not made in silence: a typing error would make one too.',
    help: () => ['lockstep up --create'],
  }),
  'privilege-missing': entry<{ store: string; place: string; reason: string }>({
    exit: 2,
    what: (d) => `${d.place}: ${d.reason}`,
    why: 'The role of this connection may not do what is needed.',
    help: () => ['use the role that owns the tables', 'lockstep doctor'],
  }),
  'store-unreadable': entry<{ store: string; place: string; reason: string }>({
    exit: 1,
    what: (d) => `${d.place} cannot be read: ${d.reason}`,
    why: 'A history that cannot be read is not an empty history.',
    help: () => ['lockstep doctor'],
  }),
  'recovery-needed': entry<{ store: string; place: string }>({
    exit: 1,
    what: (d) => `${d.place} has a journal that a killed process left behind`,
    why: 'Reading it would have to change the file first. The next writer recovers it.',
    help: () => ['lockstep up', 'or open it once with the application'],
  }),
  'disk-full': entry<{ store: string; place: string; reason: string }>({
    exit: 1,
    what: (d) => `${d.place}: no space left (${d.reason})`,
    why: 'What was not finished has been taken back.',
    help: () => ['make room, then the same command again'],
  }),
}
