import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogue } from '../../src/core/error.ts'
import { startPooler, type Pooler } from '../support/pooler.ts'
import { postgresAvailable, startPostgres, type TestServer } from '../support/postgres.ts'
import { guideOf, guideTable } from './player/guide.ts'
import { play } from './player/play.ts'
import { parseScript } from './player/script.ts'
import type { Server } from './player/start-cli.ts'
import { untold } from './untold.ts'

/** `npm run accept`: what is printed now is what is expected from now on. */
const accepting = process.env['LOCKSTEP_ACCEPT'] === '1'
const guideFolder = join(import.meta.dirname, '../../docs/guide')

const transcripts = readdirSync(import.meta.dirname)
  .filter((name) => /^\d{3}-[a-z-]+\.txt$/.test(name))
  .sort()
const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
const needsServer = (name: string): boolean => parseScript(read(name)).needs.includes('postgres')

async function check(name: string, server: Server | null): Promise<void> {
  const played = await play(read(name), server)
  if (accepting) writeFileSync(join(import.meta.dirname, name), played)
  expect(played).toBe(read(name))
}

function throughBoth(server: TestServer, poolerPort: number): Server {
  const poolerUrl = (database: string): string => server.url(database).replace(`:${server.port}/`, `:${poolerPort}/`)
  return { place: `127.0.0.1:${server.port}`, url: (database) => server.url(database), poolerUrl }
}

test.concurrent.each(transcripts.filter((name) => !needsServer(name)))('%s', async (name) => check(name, null))

describe('with PostgreSQL', () => {
  const found = postgresAvailable()
  if (!found.available && process.env['CI'] !== 'true') {
    console.warn(`SKIPPED, transcripts with PostgreSQL: ${found.reason}`)
    test.skip('needs PostgreSQL', () => undefined)
    return
  }
  let server: TestServer
  let pooler: Pooler
  beforeAll(async () => {
    server = await startPostgres()
    pooler = await startPooler(server)
  })
  afterAll(async () => {
    await pooler.stop()
    await server.stop()
  })
  test.each(transcripts.filter(needsServer))('%s', async (name) => {
    try {
      await check(name, throughBoth(server, pooler.port))
    } finally {
      if (parseScript(read(name)).needs.includes('a server to lose')) await server.restart()
    }
  })
})

const shown = transcripts.map(read).join('\n')
const appears = (code: string): boolean => new RegExp(String.raw`(?:error|refused)\[${code}\]|"code":"${code}"`).test(shown)
const codes = Object.keys(catalogue) as (keyof typeof catalogue)[]

test('every error is shown to its reader, as it is printed, or there is a reason why not', () => {
  expect(codes.filter((code) => !appears(code) && untold[code] === undefined)).toEqual([])
})

test('no reason outlives its need', () => {
  expect(Object.keys(untold).filter((code) => appears(code) || !codes.some((one) => one === code))).toEqual([])
})

test('each transcript says first what it shows', () => {
  expect(transcripts.filter((name) => !/^# [A-Z].*[.:]\n/.test(read(name)))).toEqual([])
})

test.each(transcripts)('the page of the guide is that of %s', (name) => {
  const page = join(guideFolder, name.replace(/\.txt$/, '.md'))
  if (accepting) writeFileSync(page, guideOf(read(name)))
  expect(readFileSync(page, 'utf8')).toBe(guideOf(read(name)))
})

test('the guide lists its pages, and has no others', () => {
  const index = join(guideFolder, 'README.md')
  const table = guideTable(transcripts.map((name) => ({ name, text: read(name) })))
  if (accepting) writeFileSync(index, table)
  expect(readFileSync(index, 'utf8')).toBe(table)
  const pages = transcripts.map((name) => name.replace(/\.txt$/, '.md'))
  expect(readdirSync(guideFolder).sort()).toEqual([...pages, 'README.md'].sort())
})
