/**
 * The main job, on your own machine: a small application with two stores, moved forward, broken, mended, edited and
 * raced. Makes a fresh folder, prints every command before it runs it, and leaves the folder to look at.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { schema } from './quickstart/schema.ts'

const cli = resolve(import.meta.dirname, '../src/cli/bin.ts')
const folder = freshFolder()
const server = process.env['DATABASE_URL']

writeProject()
say(`A small application in ${relative(process.cwd(), folder)}/, with two stores:`)
say(
  `  app     ${server === undefined ? 'PGlite, a PostgreSQL in the folder data/app' : 'the PostgreSQL of DATABASE_URL'}`,
)
say('  search  SQLite, the file data/search.db')

title('Where do we stand? What would be done?')
await lockstep('status')
await lockstep('plan')

title('Move both stores forward')
await lockstep('up')
await lockstep('history', '--store', 'search')

title('A migration that fails at its third statement leaves nothing behind')
write('migrations/app/0003_reviews.sql', schema.reviewsBroken)
await lockstep('up')
await lockstep('status', '--store', 'app')

title('Mend the file, and go on')
write('migrations/app/0003_reviews.sql', schema.reviews)
await lockstep('up')

title('Somebody edits a migration that has run: it is refused, until a person accepts it')
write('migrations/search/0001_documents.sql', `${schema.documents}-- a comment, added later\n`)
await lockstep('up')
await lockstep('repair', 'accept', '0001', '--store', 'search', '--why', 'only a comment was added')

title('Two migrators at once: each migration runs exactly once')
write('migrations/search/0003_tags.sql', schema.tags)
write('migrations/search/0003_tags.down.sql', schema.tagsDown)
say('$ lockstep up --store search &  lockstep up --store search')
const both = await Promise.all([run(['up', '--store', 'search'], 'first '), run(['up', '--store', 'search'], 'second')])
if (both.some((exit) => exit !== 0)) throw new Error('a migrator failed beside the other')

title('And back')
await lockstep('down', '--store', 'search')
await lockstep('up', '--store', 'search')
await lockstep('verify')

title('Your turn')
say(`cd ${relative(process.cwd(), folder)}`)
say('./lockstep new add_price --stores app     write the file that it names, then: ./lockstep up')
say('./lockstep down --store search --steps 2  go back two steps')
say('./lockstep explain checksum-changed       every error has a page')

/** Runs one command as it is shown; a failure that belongs to the tour is shown too. */
async function lockstep(...args: string[]): Promise<void> {
  say(`$ lockstep ${args.map((one) => (one.includes(' ') ? `"${one}"` : one)).join(' ')}`)
  const exit = await run(args, '')
  if (exit !== 0) say(`(exit ${exit})`)
  say('')
}

async function run(args: readonly string[], label: string): Promise<number> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const show = (chunk: Buffer): void => {
    const lines = chunk.toString('utf8').replace(/\n$/, '').split('\n')
    process.stdout.write(lines.map((line) => (label === '' ? `${line}\n` : `  ${label} | ${line}\n`)).join(''))
  }
  child.stdout.on('data', show)
  child.stderr.on('data', show)
  return await new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', (code) => done(code ?? 1))
  })
}

function freshFolder(): string {
  for (let n = 1; ; n++) {
    const path = resolve(`quickstart-${n}`)
    if (existsSync(path)) continue
    mkdirSync(path)
    return path
  }
}

function writeProject(): void {
  const app =
    server === undefined ? `{ kind: 'pglite', path: 'data/app' }` : `{ kind: 'postgres', url: 'env:DATABASE_URL' }`
  write('lockstep.config.ts', schema.config.replace('APP', app))
  write('migrations/app/0001_shop.sql', schema.shop)
  write('migrations/app/0001_shop.down.sql', schema.shopDown)
  write('migrations/app/0002_orders.sql', schema.orders)
  write('migrations/app/0002_orders.down.sql', schema.ordersDown)
  write('migrations/search/0001_documents.sql', schema.documents)
  write('migrations/search/0001_documents.down.sql', schema.documentsDown)
  write('migrations/search/0002_full_text.sql', schema.fullText)
  write('migrations/search/0002_full_text.down.sql', schema.fullTextDown)
  mkdirSync(join(folder, 'data'))
  write('lockstep', `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`)
}

function write(path: string, text: string): void {
  const whole = join(folder, path)
  const before = existsSync(whole) ? readFileSync(whole, 'utf8') : null
  mkdirSync(resolve(whole, '..'), { recursive: true })
  writeFileSync(whole, text, { mode: path === 'lockstep' ? 0o755 : 0o644 })
  if (before !== null) say(`(${path} edited)`)
}

function title(text: string): void {
  say(`\n== ${text}\n`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
