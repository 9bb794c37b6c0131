/** Refusals of what no server understands, with the way out. */

import { LockstepError, type SourcePlace } from '../../core/error.ts'

/** What is wrong with a statement, and what to write instead. */
export interface Refusal {
  readonly reason: string
  readonly help: string
}

/** Throws `script-refused` for this place. */
export function refuse(place: SourcePlace, { reason, help }: Refusal): never {
  throw new LockstepError('script-refused', { file: place.file, reason, help }, { place })
}

/** Commands of psql, by what to do instead; any other is named without advice of its own. */
const psqlHelp: readonly (readonly [RegExp, string])[] = [
  [/^\\(?:un)?restrict\b/, 'delete the lines \\restrict and \\unrestrict; pg_dump writes them for psql alone'],
  [/^\\(?:i|ir|include|include_relative)\b/, 'put the text of that file here, or make it a migration of its own'],
  [/^\\(?:c|connect)\b/, 'delete it: a migration runs in one database; another database is another store'],
  [/^\\copy\b/, 'use INSERT, or COPY from a file on the server; for a dump: pg_dump --inserts'],
  [/^\\\./, 'use INSERT instead of COPY data; for a dump: pg_dump --inserts'],
  [/^\\(?:set|unset|prompt)\b/, 'declare a placeholder in the configuration, or write the value here'],
  [/^\\g(?:exec|set|desc|x)?\b/, 'end the statement with a semicolon; for statements made by a query use DO'],
  [/^\\(?:if|elif|else|endif)\b/, 'use DO $$ BEGIN IF ... END $$'],
]

/** A line that is meant for psql, sqlite3 or mysql, not for the server. */
export function clientCommand(line: string): Refusal {
  const command = /^\S+/.exec(line)?.[0] ?? line
  if (command.startsWith('\\')) {
    const help = psqlHelp.find(([form]) => form.test(command))?.[1] ?? 'delete it, or write it as SQL'
    return { reason: `${command} is a command of psql, not SQL`, help }
  }
  if (command.startsWith('.')) {
    const help = 'delete it; what .read or .import would bring in must stand in the file itself, as SQL'
    return { reason: `${command} is a command of the sqlite3 shell, not SQL`, help }
  }
  return {
    reason: `${command} is a command of the mysql client, not SQL`,
    help: 'delete the DELIMITER lines, and end the body with END; as everywhere else',
  }
}
