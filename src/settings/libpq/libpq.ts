/** A PostgreSQL address with the meaning that libpq gives it: string, then service file, then variables, then defaults. */

import { join, resolve } from 'node:path'
import type { HostPort, PostgresAddress, PostgresSsl, SslMode } from '../../core/address.ts'
import { nearestWord } from '../../core/nearest.ts'
import { makeSecret } from '../../core/secret.ts'
import { libpqParameters, parseConninfo, type Parameters } from './conninfo.ts'
import type { Outside } from '../address/outside.ts'
import { readPgpass } from './pgpass.ts'
import { refuse } from '../address/refuse.ts'
import { readService } from './service-file.ts'

export interface LibpqAddress {
  readonly address: PostgresAddress
  readonly warnings: readonly string[]
}

const sslModes: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']
const sessionAttrs = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const

/** Parameters that protect: without what they ask for, connecting would be less safe than the user believes. */
const notSupported: Readonly<Record<string, readonly string[]>> = {
  hostaddr: [],
  replication: ['false', 'off', 'no', '0'],
  gssencmode: ['disable', 'prefer'],
  sslpassword: [],
  sslcrl: [],
  sslcrldir: [],
  sslcertmode: ['allow'],
  requirepeer: [],
  require_auth: [],
  scram_client_key: [],
  scram_server_key: [],
  oauth_issuer: [],
  oauth_client_id: [],
  oauth_client_secret: [],
  ssl_min_protocol_version: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
  ssl_max_protocol_version: ['TLSv1.3'],
}

/** Parameters that only tune: said, and then left out. */
const withoutEffect: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  load_balance_hosts: ['disable'],
  sslnegotiation: ['postgres'],
  client_encoding: ['UTF8', 'utf8', 'UTF-8', 'utf-8', 'auto'],
  tcp_user_timeout: ['0'],
  keepalives: ['1'],
}

/** Reads `postgres://...` or `host=... dbname=...`. */
export function readLibpq(text: string, outside: Outside): LibpqAddress {
  const given = parseConninfo(text)
  const parameters = new Map([...variablesOf(outside), ...readService(text, given, outside), ...given])
  const warnings = judgeUnsupported(text, parameters)
  const user = parameters.get('user') || outside.userName()
  if (user === null) refuse(text, 'it names no user, and the operating system has no name for this one')
  const database = parameters.get('dbname') || user
  const hosts = hostsOf(text, parameters, outside)
  const found = passwordOf(parameters, { hosts, database, user }, outside)
  const address: PostgresAddress = {
    kind: 'postgres',
    hosts,
    user,
    password: found.password === null ? null : makeSecret(found.password),
    database,
    ssl: sslOf(text, parameters, outside),
    connectTimeoutMs: secondsOf(text, parameters) * 1000,
    options: parameters.get('options') ?? '',
    targetSessionAttrs: wordOf(text, { name: 'target_session_attrs', words: sessionAttrs, parameters }) ?? 'any',
  }
  return { address, warnings: [...warnings, ...found.warnings] }
}

/** An empty variable is none: that is how a shell or a compose file unsets one. */
function variablesOf(outside: Outside): [string, string][] {
  return Object.entries(libpqParameters).flatMap(([name, variable]) => {
    const value = variable === null ? '' : (outside.env[variable] ?? '')
    return value === '' ? [] : [[name, value] as [string, string]]
  })
}

function judgeUnsupported(text: string, parameters: Parameters): string[] {
  for (const [name, harmless] of Object.entries(notSupported)) {
    const value = parameters.get(name) ?? ''
    if (value !== '' && !harmless.includes(value)) refuse(text, `"${name}" is not supported by Lockstep`)
  }
  return Object.entries(withoutEffect).flatMap(([name, harmless]) => {
    const value = parameters.get(name) ?? ''
    return value === '' || harmless.includes(value) ? [] : [`${name}=${value} has no effect here`]
  })
}

function hostsOf(text: string, parameters: Parameters, outside: Outside): HostPort[] {
  const hosts = (parameters.get('host') ?? '').split(',')
  const ports = (parameters.get('port') ?? '').split(',')
  if (ports.length !== 1 && ports.length !== hosts.length) {
    refuse(text, `there are ${ports.length} ports for ${hosts.length} hosts`)
  }
  return hosts.map((host, i) => {
    const port = portOf(text, (ports.length === 1 ? ports[0] : ports[i]) ?? '')
    return { host: host === '' ? defaultHost(port, outside) : host, port }
  })
}

function portOf(text: string, port: string): number {
  if (port.trim() === '') return 5432
  const number = /^\s*\d{1,5}\s*$/.test(port) ? Number(port) : 0
  if (number < 1 || number > 65_535)
    refuse(text, 'a port is a number from 1 to 65535; ":" in a password is written %3A')
  return number
}

/** libpq has one socket folder compiled in; distributions differ, so the one that holds the socket is taken. */
function defaultHost(port: number, outside: Outside): string {
  const folders = ['/var/run/postgresql', '/tmp']
  return folders.find((folder) => outside.exists(`${folder}/.s.PGSQL.${port}`)) ?? 'localhost'
}

function passwordOf(
  parameters: Parameters,
  who: { hosts: readonly HostPort[]; database: string; user: string },
  outside: Outside,
): { password: string | null; warnings: readonly string[] } {
  const said = parameters.get('password') ?? ''
  if (said !== '') return { password: said, warnings: [] }
  const file = parameters.get('passfile') ?? ''
  return readPgpass({ ...who, file: file === '' ? null : resolve(outside.folder, file) }, outside)
}

function sslOf(text: string, parameters: Parameters, outside: Outside): PostgresSsl {
  const said = wordOf(text, { name: 'sslmode', words: sslModes, parameters })
  const home = outside.home()
  const fileOf = (name: string, usual: string): string | null => {
    const value = parameters.get(name) ?? ''
    return value !== '' ? resolve(outside.folder, value) : home === null ? null : join(home, '.postgresql', usual)
  }
  const present = (file: string | null): string | null => (file !== null && outside.exists(file) ? file : null)
  const cert = present(fileOf('sslcert', 'postgresql.crt'))
  const key = cert === null ? null : present(fileOf('sslkey', 'postgresql.key'))
  if (cert !== null && key === null) refuse(text, `there is a client certificate, ${cert}, but no key for it (sslkey)`)
  if (parameters.get('sslrootcert') === 'system') {
    // A certificate for any name from any known authority proves nothing, so libpq refuses the weaker modes.
    if (said !== null && said !== 'verify-full') refuse(text, 'sslrootcert=system goes with sslmode=verify-full only')
    return { mode: 'verify-full', rootCert: null, cert, key }
  }
  const wanted = fileOf('sslrootcert', 'root.crt')
  const rootCert = present(wanted)
  const mode = said ?? 'prefer'
  if (rootCert === null && (mode === 'verify-ca' || mode === 'verify-full')) {
    refuse(
      text,
      `sslmode=${mode} needs a root certificate, and ${wanted ?? 'none'} is not there (sslrootcert=system uses the usual ones)`,
    )
  }
  return { mode: mode === 'require' && rootCert !== null ? 'verify-ca' : mode, rootCert, cert, key }
}

/** Below 1 is "no limit", as in libpq. */
function secondsOf(text: string, parameters: Parameters): number {
  const value = parameters.get('connect_timeout') ?? ''
  if (!/^\s*-?\d{0,6}\s*$/.test(value)) refuse(text, 'connect_timeout is a whole number of seconds')
  return Math.max(0, Number(value))
}

interface WordQuestion<Word extends string> {
  readonly name: string
  readonly words: readonly Word[]
  readonly parameters: Parameters
}

function wordOf<Word extends string>(text: string, { name, words, parameters }: WordQuestion<Word>): Word | null {
  const value = parameters.get(name) ?? ''
  if (value === '') return null
  const word = words.find((one) => one === value)
  if (word !== undefined) return word
  const nearest = nearestWord(value, words)
  return refuse(text, `${name} is one of ${words.join(', ')}${nearest === null ? '' : `; did you mean ${nearest}?`}`)
}
