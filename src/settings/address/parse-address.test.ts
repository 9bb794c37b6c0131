import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { read, refusal } from './memory-outside.ts'

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
test.each(['postgres', 'mysql', 'bolt'])('any password comes back out of a %s address', (scheme) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (password) => {
      fc.pre(!password.includes('\0'))
      expect(read(`${scheme}://u:${encodeURIComponent(password)}@h/d`).password).toBe(password)
    }),
  )
})
