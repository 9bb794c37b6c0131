import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import type { Outside, Variables } from './outside.ts'
import { parseAddress } from './parse-address.ts'
import { maskAddress } from './refuse.ts'

const canary = 'p@ss/w:ord%#?&\'"\n'

interface Machine {
  readonly env?: Variables
  /** Path to text; a mode may be said. */
  readonly files?: Readonly<Record<string, string | { text: string | null; mode: number }>>
  readonly user?: string | null
}

function outside({ env = {}, files = {}, user = 'ada' }: Machine = {}): Outside {
  return {
    env,
    folder: '/app',
    userName: () => user,
    home: () => '/home/ada',
    exists: (path) => Object.hasOwn(files, path),
    readFile: (path) => {
      const found = files[path]
      return found === undefined ? null : typeof found === 'string' ? { text: found, mode: 0o100600 } : found
    },
  }
}

/** What the address says, with its password revealed so that it can be compared. */
function read(text: string, machine?: Machine): Record<string, unknown> {
  const { address, warnings } = parseAddress(text, outside(machine))
  const password = 'password' in address ? { password: address.password?.reveal() ?? null } : {}
  return { ...address, ...password, warnings }
}

function refusal(text: string, machine?: Machine): string {
  try {
    parseAddress(text, outside(machine))
  } catch (error) {
    if (isLockstepError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

const one = (host: string, port = 5432): object => ({ hosts: [{ host, port }] })

test.each<[string, string, Machine, object]>([
  ['everything said', 'postgres://u:p@h:1/d', {}, { ...one('h', 1), user: 'u', password: 'p', database: 'd' }],
  ['the other scheme', 'postgresql://u@h/d', {}, { kind: 'postgres', ...one('h'), password: null }],
  ['the user of the system', 'postgres://h/d', {}, { user: 'ada', database: 'd' }],
  ['the database is called like the user', 'postgres://u@h', {}, { user: 'u', database: 'u' }],
  ['no host: localhost', 'postgres:///d', {}, { ...one('localhost'), database: 'd' }],
  ['no host: the socket that is there', 'postgres://', { files: { '/tmp/.s.PGSQL.5432': '' } }, one('/tmp')],
  [
    'percent-encoding',
    'postgres://a%40b:p%40ss%2Fw%3A%25@h/my%20db',
    {},
    { user: 'a@b', password: 'p@ss/w:%', database: 'my db' },
  ],
  ['plus is plus', 'postgres://u:a+b@h', {}, { password: 'a+b' }],
  ['IPv6', 'postgres://u@[::1]:6000/d', {}, one('::1', 6000)],
  ['a socket as host parameter', 'postgres:///d?host=/var/run/postgresql', {}, one('/var/run/postgresql')],
  ['a socket in the host', 'postgres://%2Fvar%2Frun/d', {}, one('/var/run')],
  [
    'several hosts',
    'postgres://h1,h2:5433/d',
    {},
    {
      hosts: [
        { host: 'h1', port: 5432 },
        { host: 'h2', port: 5433 },
      ],
    },
  ],
  [
    'one port for several hosts',
    'host=a,b port=7',
    {},
    {
      hosts: [
        { host: 'a', port: 7 },
        { host: 'b', port: 7 },
      ],
    },
  ],
  ['session attributes', 'postgres://h?target_session_attrs=read-write', {}, { targetSessionAttrs: 'read-write' }],
  ['options', 'postgres://h?options=-c%20search_path%3Da', {}, { options: '-c search_path=a' }],
  ['a time limit', 'postgres://h?connect_timeout=3', {}, { connectTimeoutMs: 3000 }],
  ['no time limit', 'postgres://h?connect_timeout=-1', {}, { connectTimeoutMs: 0 }],
  [
    'pairs',
    String.raw`host=h dbname = 'my \'db\'' user=u password=a\ b`,
    {},
    { ...one('h'), database: "my 'db'", user: 'u', password: 'a b' },
  ],
  ['an empty value in pairs', "host=h user='' password=", {}, { user: 'ada', password: null }],
  [
    'variables fill what is not said',
    'postgres://',
    { env: { PGHOST: 'eh', PGPORT: '9', PGUSER: 'eu', PGPASSWORD: 'ep', PGDATABASE: 'ed' } },
    { ...one('eh', 9), user: 'eu', password: 'ep', database: 'ed' },
  ],
  [
    'what is said goes before variables',
    'postgres://u:p@h:1/d',
    { env: { PGHOST: 'eh', PGPORT: '9', PGUSER: 'eu', PGPASSWORD: 'ep' } },
    { ...one('h', 1), user: 'u', password: 'p' },
  ],
  [
    'an empty variable is none',
    'postgres://',
    { env: { PGUSER: '', PGHOST: '' } },
    { ...one('localhost'), user: 'ada' },
  ],
  [
    'more variables',
    'postgres://h',
    {
      env: {
        PGOPTIONS: '-c x=1',
        PGCONNECT_TIMEOUT: '4',
        PGSSLMODE: 'disable',
        PGAPPNAME: 'x',
        PGTARGETSESSIONATTRS: 'primary',
      },
    },
    {
      options: '-c x=1',
      connectTimeoutMs: 4000,
      targetSessionAttrs: 'primary',
      ssl: { mode: 'disable', rootCert: null, cert: null, key: null },
      warnings: [],
    },
  ],
  [
    'a warning for what has no effect',
    'postgres://h?channel_binding=require',
    {},
    { warnings: ['channel_binding=require has no effect here'] },
  ],
])('postgres: %s', (_fact, text, machine, expected) => {
  expect(read(text, machine)).toMatchObject(expected)
})

const ssl = (mode: string, files: object = {}): object => ({
  ssl: { mode, rootCert: null, cert: null, key: null, ...files },
})
const root = '/home/ada/.postgresql/root.crt'

test.each<[string, string, Machine, object]>([
  ['prefer by default', 'postgres://h', {}, ssl('prefer')],
  ['as said', 'postgres://h?sslmode=require', {}, ssl('require')],
  ["JDBC's word", 'postgres://h?ssl=true', {}, ssl('require')],
  [
    'require with a root certificate verifies it',
    'postgres://h?sslmode=require',
    { files: { [root]: '' } },
    ssl('verify-ca', { rootCert: root }),
  ],
  [
    'require with a root certificate that is not there does not',
    'postgres://h?sslmode=require&sslrootcert=ca.pem',
    {},
    ssl('require'),
  ],
  [
    'a relative certificate',
    'postgres://h?sslmode=verify-full&sslrootcert=ca.pem',
    { files: { '/app/ca.pem': '' } },
    ssl('verify-full', { rootCert: '/app/ca.pem' }),
  ],
  ['the authorities of the system', 'postgres://h?sslrootcert=system', {}, ssl('verify-full')],
  [
    'a client certificate by variables',
    'postgres://h',
    { env: { PGSSLCERT: '/c', PGSSLKEY: '/k' }, files: { '/c': '', '/k': '' } },
    ssl('prefer', { cert: '/c', key: '/k' }),
  ],
])('postgres, TLS: %s', (_fact, text, machine, expected) => {
  expect(read(text, machine)).toMatchObject(expected)
})

const pgpass = '/home/ada/.pgpass'
const lines = String.raw`# comment
h:5432:other:u:wrong
h:5432:d:u:right:with\:colon
*:*:*:ada:anyone
localhost:5432:*:s:socket
`

test.each<[string, string, Machine, object]>([
  ['the first line that fits', 'postgres://u@h/d', { files: { [pgpass]: lines } }, { password: 'right:with:colon' }],
  ['stars fit everything', 'postgres://x:1', { files: { [pgpass]: lines } }, { password: 'anyone' }],
  ['a socket is localhost', 'postgres://s@/d?host=/tmp', { files: { [pgpass]: lines } }, { password: 'socket' }],
  ['no line fits', 'postgres://nobody@h/d', { files: { [pgpass]: lines } }, { password: null }],
  ['a password that is said goes first', 'postgres://u:mine@h/d', { files: { [pgpass]: lines } }, { password: 'mine' }],
  [
    'PGPASSFILE',
    'postgres://u@h/d',
    { env: { PGPASSFILE: '/p' }, files: { '/p': 'h:*:*:*:there' } },
    { password: 'there' },
  ],
  [
    'readable by others: ignored',
    'postgres://u@h/d',
    { files: { [pgpass]: { text: lines, mode: 0o100640 } } },
    {
      password: null,
      warnings: [`${pgpass} can be read by others and was ignored, as libpq does: chmod 600 ${pgpass}`],
    },
  ],
  [
    'a folder: ignored',
    'postgres://u@h/d',
    { files: { [pgpass]: { text: null, mode: 0o040700 } } },
    { password: null, warnings: [`${pgpass} is no plain file and was ignored`] },
  ],
  [
    'hosts with several passwords',
    'postgres://a,b/d',
    { files: { [pgpass]: 'a:*:*:*:one\nb:*:*:*:two' } },
    { password: 'one', warnings: [`${pgpass} has several passwords for these hosts; the first one is used`] },
  ],
])('password file: %s', (_fact, text, machine, expected) => {
  expect(read(text, machine)).toMatchObject(expected)
})

const services = '# services\n[other]\nhost=o\n\n[mine]\nhost=sh\nport=6\npassword=a=b\n[last]\nhost=l\n'
const home = '/home/ada/.pg_service.conf'

test.each<[string, string, Machine, object]>([
  ['by parameter', 'service=mine', { files: { [home]: services } }, { ...one('sh', 6), password: 'a=b' }],
  ['by variable', 'postgres://', { env: { PGSERVICE: 'last' }, files: { [home]: services } }, one('l')],
  ['goes before variables', 'service=mine', { env: { PGHOST: 'eh' }, files: { [home]: services } }, one('sh', 6)],
  ['what is said goes before it', 'postgres://h?service=mine', { files: { [home]: services } }, one('h', 6)],
  [
    'of the system',
    'service=mine',
    { env: { PGSYSCONFDIR: '/etc/pg' }, files: { '/etc/pg/pg_service.conf': services } },
    one('sh', 6),
  ],
])('service file: %s', (_fact, text, machine, expected) => {
  expect(read(text, machine)).toMatchObject(expected)
})

test.each<[string, string, object]>([
  ['SQLite, relative', 'sqlite:data/app.db', { kind: 'sqlite', path: '/app/data/app.db' }],
  ['SQLite, absolute', 'sqlite:/abs/app.db', { kind: 'sqlite', path: '/abs/app.db' }],
  ['SQLite, four slashes', 'sqlite:////abs/app.db', { path: '/abs/app.db' }],
  ['SQLite in memory', 'sqlite::memory:', { kind: 'sqlite', path: null }],
  ["SQLite's own word", 'file:my%20app.db', { kind: 'sqlite', path: '/app/my app.db' }],
  ['a file URL', 'file:///abs/app.db', { kind: 'sqlite', path: '/abs/app.db' }],
  ['a path that ends in .db', './x/app.db', { kind: 'sqlite', path: '/app/x/app.db' }],
  ['a path that ends in .sqlite3', 'app.sqlite3', { kind: 'sqlite', path: '/app/app.sqlite3' }],
  ['PGlite', 'pglite:./data', { kind: 'pglite', path: '/app/data' }],
  ['PGlite in memory', 'pglite:memory', { kind: 'pglite', path: null }],
  [
    'MySQL',
    'mysql://u:p%40@h:3307/d',
    {
      kind: 'mysql',
      host: 'h',
      port: 3307,
      user: 'u',
      password: 'p@',
      database: 'd',
      ssl: { mode: 'prefer', rootCert: null },
    },
  ],
  [
    'MariaDB',
    'mariadb://h/d?ssl-mode=VERIFY_CA&ssl-ca=ca.pem',
    { kind: 'mysql', port: 3306, user: 'ada', ssl: { mode: 'verify-ca', rootCert: '/app/ca.pem' } },
  ],
  ['MySQL by socket', 'mysql://u@/d?socket=/run/mysqld.sock', { host: 'localhost', socket: '/run/mysqld.sock' }],
  [
    'Neo4j',
    'bolt://neo:p%2Fw@h:7687/movies',
    { kind: 'neo4j', url: 'bolt://h:7687', user: 'neo', password: 'p/w', database: 'movies' },
  ],
  [
    'Neo4j with routing',
    'neo4j+s://x.databases.neo4j.io',
    { url: 'neo4j+s://x.databases.neo4j.io', user: null, password: null, database: null },
  ],
])('%s', (_fact, text, expected) => {
  expect(read(text)).toMatchObject(expected)
})

test.each<[string, string, RegExp]>([
  ['a scheme that is nearly right', 'postgre://h/d', /no kind "postgre"; did you mean "postgres"/],
  ['a scheme with a driver', 'postgresql+asyncpg://h/d', /did you mean "postgresql"/],
  ['a scheme for Java', 'jdbc:postgresql://h/d', /leave out "jdbc:"/],
  ['another database', 'mongodb://h/d', /no kind "mongodb"; an address is one of/],
  ['a path that could be anything', './data', /an address is one of/],
  ['nothing', ' ', /it is empty/],
  ['an unknown parameter', 'postgres://h?sslmod=require', /no parameter "sslmod"; did you mean "sslmode"/],
  ['a parameter of Prisma', 'postgres://h?schema=public', /a parameter of Prisma/],
  [
    'a parameter that protects and is not known here',
    'postgres://h?require_auth=scram-sha-256',
    /"require_auth" is not supported/,
  ],
  ['an unknown sslmode', 'postgres://h?sslmode=verify_full', /did you mean verify-full/],
  ['a parameter without a value', 'postgres://h?sslmode', /"sslmode" has no value/],
  ['a parameter with two values', 'postgres://h?sslmode=a=b', /second "="/],
  ['more ports than hosts', 'host=a port=1,2', /2 ports for 1 hosts/],
  ['a port out of range', 'postgres://h:70000', /1 to 65535/],
  ['a bare percent', 'postgres://u:a%@h', /by itself it is written %25/],
  ['a zero byte', 'postgres://u:a%00b@h', /%00/],
  ['bytes that are not UTF-8', 'postgres://u:%ff@h', /not UTF-8/],
  ['an open quote', "host='h", /a quote in it is not closed/],
  ['a missing equals sign', 'host=h dbname', /"=" is missing/],
  ['a time limit in words', 'postgres://h?connect_timeout=soon', /whole number of seconds/],
  ['a root certificate that is not there', 'postgres://h?sslmode=verify-full', /needs a root certificate/],
  [
    'weak mode for the authorities of the system',
    'postgres://h?sslmode=require&sslrootcert=system',
    /verify-full only/,
  ],
  ['a service that is not there', 'service=mine', /no service file has a service "mine"/],
  ['SQLite with two meanings', 'sqlite:///app.db', /tools differ/],
  ['SQLite with parameters', 'sqlite:app.db?mode=ro', /parameters are not used/],
  ['MySQL without a database', 'mysql://h', /names no database/],
  ['MySQL with an unknown parameter', 'mysql://h/d?ssl-mod=x', /did you mean "ssl-mode"/],
  ['PGlite without a folder', 'pglite:', /names no folder/],
])('refused: %s', (_fact, text, reason) => {
  expect(refusal(text)).toMatch(/^url-invalid: /)
  expect(refusal(text)).toMatch(reason)
})

test('a client certificate without its key is refused', () => {
  expect(refusal('postgres://h?sslcert=/c', { files: { '/c': '' } })).toMatch(/no key for it/)
})

test('no user name anywhere is refused', () => {
  expect(refusal('postgres://h/d', { user: null })).toMatch(/names no user/)
})

test.each([
  [
    'a service file that is named and not there',
    { PGSERVICE: 'x', PGSERVICEFILE: '/nowhere' },
    /\/nowhere is not there/,
  ],
  ['a service file without the service', { PGSERVICE: 'x', PGSERVICEFILE: '/s' }, /has no service "x"/],
  [
    'a service file with an unknown word',
    { PGSERVICE: 'odd', PGSERVICEFILE: '/s' },
    /no parameter "hots"; did you mean "host"/,
  ],
  ['a service in a service', { PGSERVICE: 'deep', PGSERVICEFILE: '/s' }, /\/s:4: a service inside a service/],
])('refused: %s', (_fact, env, reason) => {
  const files = { '/s': '[odd]\nhots=x\n[deep]\nservice=odd\n' }
  expect(refusal('postgres://', { env, files })).toMatch(reason)
})

test.each(['postgres', 'mysql', 'bolt'])('any password comes back out of a %s address', (scheme) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (password) => {
      fc.pre(!password.includes('\0'))
      expect(read(`${scheme}://u:${encodeURIComponent(password)}@h/d`).password).toBe(password)
    }),
  )
})

const brokenForms: Readonly<Record<string, (password: string) => string>> = {
  'not encoded': (password) => `postgres://u:${password}@h/d?nonsense=1`,
  'not encoded, no host': (password) => `postgres://u:${password}`,
  'nearly a scheme': (password) => `postgre://u:${password}@h/d`,
  mysql: (password) => `mysql://u:${password}@h`,
  bolt: (password) => `bolt://u:${password}@`,
  'as a parameter': (password) => `postgres://h/d?password=${encodeURIComponent(password)}&nonsense=1`,
  pairs: (password) => `host=h password='${password.replaceAll(/['\\]/g, String.raw`\$&`)}' nonsense=1`,
}

test.each(Object.entries(brokenForms))('a refused address does not show its password: %s', (_name, write) => {
  for (const password of [canary, 'canary-1234', 'can@ry:1234', "can'ary 1234", 'canary/1234?x']) {
    const shown = refusal(write(password))
    expect(shown).toMatch(/^url-invalid/)
    for (const piece of [password, encodeURIComponent(password), 'canary', 'ord%', '1234']) {
      expect(shown).not.toContain(piece)
    }
  }
})

test('a masked address keeps what is no secret', () => {
  expect(maskAddress('postgres://u:p@h:5432/d?sslmode=require')).toBe('postgres://u:***@h:5432/d?sslmode=require')
  expect(maskAddress('postgres://h:5432/d')).toBe('postgres://h:5432/d')
  expect(maskAddress("host=h password='a b' user=u")).toBe('host=h password=*** user=u')
})

test('a parsed address does not print its password', () => {
  const { address } = parseAddress('postgres://u:canary-1234@h/d', outside())
  expect(inspect(address, { depth: 9, showHidden: true }) + JSON.stringify(address)).not.toContain('canary')
})
