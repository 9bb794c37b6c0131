/** libpq's password file: `host:port:database:user:password`, the first line that fits counts. */

import { join } from 'node:path'
import type { HostPort } from '../../core/address.ts'
import type { Outside } from '../address/outside.ts'

export interface PasswordQuestion {
  readonly hosts: readonly HostPort[]
  readonly database: string
  readonly user: string
  /** `passfile=` or PGPASSFILE; `null`: `.pgpass` of the home folder. */
  readonly file: string | null
}

export interface FoundPassword {
  readonly password: string | null
  readonly warnings: readonly string[]
}

/** The password for the first of the hosts that has one. */
export function readPgpass(question: PasswordQuestion, outside: Outside): FoundPassword {
  const home = outside.home()
  const file = question.file ?? (home === null ? null : join(home, '.pgpass'))
  const found = file === null ? null : outside.readFile(file)
  if (found === null) return { password: null, warnings: [] }
  if (found.text === null) return ignored(`${file} is no plain file and was ignored`)
  // As libpq: a password that others may read is not used, so that the file gets mended.
  if ((found.mode & 0o077) !== 0) {
    return ignored(`${file} can be read by others and was ignored, as libpq does: chmod 600 ${file}`)
  }
  const lines = found.text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
  const passwords = new Set(question.hosts.flatMap((host) => passwordFor(lines, { ...question, host }) ?? []))
  const [password = null] = passwords
  const warnings = passwords.size > 1 ? [`${file} has several passwords for these hosts; the first one is used`] : []
  return { password, warnings }
}

function ignored(warning: string): FoundPassword {
  return { password: null, warnings: [warning] }
}

interface Wanted {
  readonly host: HostPort
  readonly database: string
  readonly user: string
}

function passwordFor(lines: readonly string[], { host, database, user }: Wanted): string | null {
  // The default socket folders go by the name of localhost.
  const name = ['/var/run/postgresql', '/tmp'].includes(host.host) ? 'localhost' : host.host
  const wanted = [name, String(host.port), database, user]
  for (const line of lines) {
    const fields = fieldsOf(line)
    const password = fields[4]
    if (
      password !== undefined &&
      wanted.every((value, i) => fields[i] === '*' || unescape(fields[i] ?? '') === value)
    ) {
      return unescape(password)
    }
  }
  return null
}

/** Four fields end at a ":", the fifth is the rest; `\:` and `\\` stand for themselves. */
function fieldsOf(line: string): string[] {
  const fields = /^((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):(.*)$/.exec(line)
  return fields === null ? [] : fields.slice(1)
}

function unescape(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1')
}
