/** libpq's two ways to write a connection: `postgres://...` and `host=... dbname=...`, read as libpq reads them. */

import { nearestWord } from '../../core/nearest.ts'
import { decodePercent } from '../address/percent.ts'
import { refuse } from '../address/refuse.ts'

export type Parameters = ReadonlyMap<string, string>

/** Every parameter that libpq 18 knows, with its variable. */
export const libpqParameters: Readonly<Record<string, string | null>> = {
  service: 'PGSERVICE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  dbname: 'PGDATABASE',
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  client_encoding: 'PGCLIENTENCODING',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  fallback_application_name: null,
  keepalives: null,
  keepalives_idle: null,
  keepalives_interval: null,
  keepalives_count: null,
  tcp_user_timeout: null,
  replication: null,
  gssencmode: 'PGGSSENCMODE',
  gssdelegation: 'PGGSSDELEGATION',
  gsslib: 'PGGSSLIB',
  krbsrvname: 'PGKRBSRVNAME',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcompression: 'PGSSLCOMPRESSION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslkeylogfile: null,
  sslpassword: null,
  sslcertmode: 'PGSSLCERTMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  requirepeer: 'PGREQUIREPEER',
  require_auth: 'PGREQUIREAUTH',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  min_protocol_version: 'PGMINPROTOCOLVERSION',
  max_protocol_version: 'PGMAXPROTOCOLVERSION',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  scram_client_key: null,
  scram_server_key: null,
  oauth_issuer: null,
  oauth_client_id: null,
  oauth_client_secret: null,
  oauth_scope: null,
}

/** Parameters that other tools put into the same address, which libpq refuses. */
const otherTools: Readonly<Record<string, string>> = {
  schema: 'Prisma',
  pgbouncer: 'Prisma',
  connection_limit: 'Prisma',
  pool_timeout: 'Prisma',
  sslaccept: 'Prisma',
  statement_cache_size: 'Prisma',
  uselibpqcompat: 'node-postgres',
  search_path: 'dbmate and pgx',
}

/** Whether libpq would read `text` as `name=value` pairs. */
export function isConninfo(text: string): boolean {
  return /^\s*[a-z_]+\s*=/.test(text)
}

/** The parameters that `text` gives, before variables and defaults. */
export function parseConninfo(text: string): Parameters {
  const scheme = /^postgres(?:ql)?:\/\//i.exec(text)
  return scheme === null ? parsePairs(text) : parseUri(text, text.slice(scheme[0].length))
}

function parseUri(text: string, rest: string): Parameters {
  const parameters = new Map<string, string>()
  const put = (name: string, raw: string): void => {
    if (raw !== '') parameters.set(name, decodePercent(text, raw))
  }
  // As libpq: the first "@" before the first "/" ends user and password.
  const credentials = /^([^@/:]*)(?::([^@/]*))?@/.exec(rest)
  if (credentials !== null) {
    put('user', credentials[1] ?? '')
    put('password', credentials[2] ?? '')
  }
  const [, hosts = '', path = '', query = ''] =
    /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest.slice(credentials?.[0].length ?? 0)) ?? []
  const places = hosts.split(',').map((place) => splitHost(text, place))
  put('host', places.map((place) => place.host).join(','))
  put('port', places.map((place) => place.port).join(','))
  put('dbname', path)
  for (const pair of query === '' ? [] : query.split('&')) putQuery(text, pair, parameters)
  return parameters
}

function splitHost(text: string, place: string): { host: string; port: string } {
  if (place.includes('@')) refuse(text, 'a host holds an "@"; inside a user or a password it is written %40')
  const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^[\]:]*))(?::([^:]*))?$/.exec(place) ?? []
  if (v6 === undefined && name === undefined) {
    refuse(text, 'a host is not readable; an IPv6 address stands in [brackets], and "/" in a password is written %2F')
  }
  return { host: v6 ?? name ?? '', port: port ?? '' }
}

function putQuery(text: string, pair: string, parameters: Map<string, string>): void {
  const [rawName = '', rawValue, extra] = pair.split('=')
  const name = decodePercent(text, rawName)
  if (rawValue === undefined) refuse(text, `the parameter "${name}" has no value`)
  if (extra !== undefined) refuse(text, `the parameter "${name}" has a second "="; inside a value it is written %3D`)
  const value = decodePercent(text, rawValue)
  // JDBC's word, which libpq takes too.
  if (name === 'ssl' && value === 'true') parameters.set('sslmode', 'require')
  else parameters.set(knownParameter(text, name), value)
}

/** `name = value` pairs; a value may stand in single quotes, and a backslash takes the next character as it is. */
function parsePairs(text: string): Parameters {
  const parameters = new Map<string, string>()
  const pair = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'(?=\s|$)|((?!')(?:[^\s\\]|\\.)*))\s*/sy
  let end = 0
  while (end < text.length) {
    const found = pair.exec(text)
    if (found === null) {
      const word = /^\s*([^\s=]*)\s*(=?)/.exec(text.slice(end))
      refuse(text, word?.[2] === '=' ? 'a quote in it is not closed' : 'a "=" is missing after a parameter')
    }
    parameters.set(knownParameter(text, found[1] ?? ''), (found[2] ?? found[3] ?? '').replaceAll(/\\(.)/gs, '$1'))
    end = pair.lastIndex
  }
  return parameters
}

/** `name`, or a refusal: a parameter that is not understood could be the one that matters. */
export function knownParameter(text: string, name: string): string {
  if (Object.hasOwn(libpqParameters, name)) return name
  const tool = otherTools[name]
  if (tool !== undefined) {
    refuse(text, `"${name}" is a parameter of ${tool}, which libpq refuses too; give Lockstep an address without it`)
  }
  const nearest = nearestWord(name, Object.keys(libpqParameters))
  return refuse(text, `libpq knows no parameter "${name}"${nearest === null ? '' : `; did you mean "${nearest}"?`}`)
}
