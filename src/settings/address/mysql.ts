/** MySQL and MariaDB addresses: `mysql://user:password@host:port/database?ssl-mode=...`. */

import { resolve } from 'node:path'
import type { MysqlAddress, SslMode } from '../../core/address.ts'
import { nearestWord } from '../../core/nearest.ts'
import { makeSecret } from '../../core/secret.ts'
import type { Outside } from './outside.ts'
import { decodePercent } from './percent.ts'
import { refuse } from './refuse.ts'

/** The words of the `mysql` client; `ssl-mode` as in MySQL, in libpq's names. */
const sslModes: Readonly<Record<string, SslMode>> = {
  disabled: 'disable',
  preferred: 'prefer',
  required: 'require',
  verify_ca: 'verify-ca',
  verify_identity: 'verify-full',
}

const parameters = ['ssl-mode', 'ssl-ca', 'socket', 'connect_timeout']

/** Reads an address of MySQL or MariaDB; both are one kind. */
export function readMysql(text: string, outside: Outside): MysqlAddress {
  const [, user = '', password = '', host = '', port = '', database = '', query = ''] =
    /^\w+:\/\/(?:([^@/:]*)(?::([^@/]*))?@)?(\[[^\]]+\]|[^:/?@]*)(?::(\d{1,5}))?(?:\/([^?]*))?(?:\?(.*))?$/s.exec(
      text,
    ) ??
    refuse(
      text,
      'it is read as mysql://user@host:3306/database; "@", "/" and ":" in a password are written %40, %2F and %3A',
    )
  if (database === '') refuse(text, 'it names no database, where the history would be kept')
  const name = user === '' ? outside.userName() : decodePercent(text, user)
  if (name === null) refuse(text, 'it names no user, and the operating system has no name for this one')
  const said = queryOf(text, query)
  const secret = password === '' ? (outside.env['MYSQL_PWD'] ?? '') : decodePercent(text, password)
  const rootCert = said.get('ssl-ca')
  const socket = said.get('socket')
  return {
    kind: 'mysql',
    host: host === '' ? 'localhost' : decodePercent(text, host.replace(/^\[(.*)\]$/, '$1')),
    port: portOf(text, port),
    socket: socket === undefined ? null : resolve(outside.folder, socket),
    user: name,
    password: secret === '' ? null : makeSecret(secret),
    database: decodePercent(text, database),
    ssl: {
      mode: sslMode(text, said.get('ssl-mode')),
      rootCert: rootCert === undefined ? null : resolve(outside.folder, rootCert),
    },
    connectTimeoutMs: secondsOf(text, said.get('connect_timeout')) * 1000,
  }
}

function portOf(text: string, port: string): number {
  const number = port === '' ? 3306 : Number(port)
  return number >= 1 && number <= 65_535 ? number : refuse(text, 'a port is a number from 1 to 65535')
}

function queryOf(text: string, query: string): ReadonlyMap<string, string> {
  const said = new Map<string, string>()
  for (const pair of query === '' ? [] : query.split('&')) {
    const at = pair.indexOf('=')
    const name = at === -1 ? pair : pair.slice(0, at)
    if (!parameters.includes(name)) {
      const nearest = nearestWord(name, parameters)
      refuse(
        text,
        `"${name}" is none of its parameters (${parameters.join(', ')})${nearest === null ? '' : `; did you mean "${nearest}"?`}`,
      )
    }
    said.set(name, decodePercent(text, at === -1 ? '' : pair.slice(at + 1)))
  }
  return said
}

function sslMode(text: string, word: string | undefined): SslMode {
  if (word === undefined) return 'prefer'
  return sslModes[word.toLowerCase()] ?? refuse(text, `ssl-mode is one of ${Object.keys(sslModes).join(', ')}`)
}

function secondsOf(text: string, value: string | undefined): number {
  if (value === undefined) return 0
  return /^\d{1,6}$/.test(value) ? Number(value) : refuse(text, 'connect_timeout is a whole number of seconds')
}
