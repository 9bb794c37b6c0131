import { expect, test } from 'vitest'
import { read, refusal, type Machine } from '../address/memory-outside.ts'

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
