/** Files that no team writes on purpose, and some that attackers do: each is run as what it is, or refused by name. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../support/temporary-folder.ts'
import { lockstep, type Ended } from './process.ts'
import { sqlite } from './worlds.ts'

const table = 'create table a (x integer);\n'

interface Case {
  readonly fact: string
  readonly exit: 0 | 1 | 2 | 4 | 6
  /** In stderr where it is refused. */
  readonly says?: string
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Puts what is no plain file into the folder of the migrations. */
  readonly make?: (folder: string) => void
}

const names: readonly Case[] = [
  ...['a b', "it's", '"q"', ';drop table a;--', '$(touch pwned)`touch pwned`', '%s%n%00', 'ünïcödé'].map((name) => ({
    fact: `the name ${name}`,
    exit: 0 as const,
    files: { [`0001_${name}.sql`]: table },
  })),
  ...['a\nb', 'a\u202Egnp', 'a\u001B[31m', 'a\tb'].map((name) => ({
    fact: `the name ${JSON.stringify(name)}`,
    exit: 2 as const,
    says: 'file-refused',
    files: { [`0001_${name}.sql`]: table },
  })),
  { fact: 'a version of twenty digits', exit: 0, files: { '18446744073709551616_x.sql': table } },
  { fact: 'a name of 245 characters', exit: 2, says: '200', files: { [`0001_${'n'.repeat(236)}.sql`]: table } },
  {
    fact: 'one name in two forms of Unicode',
    exit: 4,
    says: 'duplicate-version',
    files: { [`0001_${'ü'.normalize('NFC')}.sql`]: table, [`0001_${'ü'.normalize('NFD')}.sql`]: table },
  },
  {
    fact: 'two spellings of one version',
    exit: 4,
    says: 'duplicate',
    files: { '1_a.sql': table, '0001_b.sql': table },
  },
  {
    fact: 'files of editors beside it',
    exit: 0,
    files: { '0001_a.sql': table, '0001_a.sql~': 'x', '.#0001_a.sql': 'x' },
  },
]

const texts: readonly Case[] = [
  { fact: 'an empty file', exit: 0, files: { '0001_a.sql': '' } },
  { fact: 'only comments', exit: 0, files: { '0001_a.sql': '-- a\n/* b; */\n' } },
  { fact: 'only semicolons', exit: 0, files: { '0001_a.sql': ';;;\n' } },
  { fact: 'a byte-order mark', exit: 0, files: { '0001_a.sql': `\uFEFF${table}` } },
  { fact: 'CRLF', exit: 0, files: { '0001_a.sql': table.replaceAll('\n', '\r\n') } },
  { fact: 'UTF-16', exit: 2, says: 'UTF-16', files: { '0001_a.sql': Buffer.from(`\uFEFF${table}`, 'utf16le') } },
  {
    fact: 'Latin-1',
    exit: 2,
    says: 'not UTF-8',
    files: { '0001_a.sql': Buffer.from(`-- \u00E9\n${table}`, 'latin1') },
  },
  { fact: 'NUL bytes', exit: 2, says: 'NUL', files: { '0001_a.sql': `${table}\0` } },
  { fact: 'a string without an end', exit: 2, says: 'no end', files: { '0001_a.sql': `select 'a;\n${table}` } },
  { fact: 'a COMMIT of its own', exit: 2, says: 'without BEGIN', files: { '0001_a.sql': `${table}commit;\n${table}` } },
  { fact: 'a history that it drops', exit: 1, files: { '0001_a.sql': `${table}drop table lockstep_migrations;\n` } },
]

const modules: readonly Case[] = [
  ['throws', 'export default { up() { throw new Error("no") } }', 1, 'no'],
  ['throws null', 'export default { up() { throw null } }', 1, 'null'],
  ['is half written', 'export default { up() {', 2, 'module-invalid'],
  ['exports nothing of use', 'export const x = 1', 2, 'module-invalid'],
  ['ends the process while it is loaded', 'process.exit(0)', 6, 'ended-early'],
  ['ends the process while it runs', 'export default { up() { process.exit(0) } }', 6, 'ended-early'],
  ['waits for ever', 'export default { up: () => new Promise(() => {}) }', 6, 'ended-early'],
].map(([fact, text, exit, says]) => ({
  fact: `a module that ${fact}`,
  exit: exit as Case['exit'],
  says: String(says),
  files: { '0001_a.ts': String(text) },
}))

const odd: readonly Case[] = [
  {
    fact: 'a link out of the folder',
    exit: 2,
    says: 'leaves the folder',
    make: (folder) => {
      writeFileSync(join(folder, '../outside.sql'), table)
      symlinkSync('../outside.sql', join(folder, '0001_a.sql'))
    },
  },
  {
    fact: 'a link to nowhere',
    exit: 2,
    says: 'nowhere',
    make: (folder) => symlinkSync('gone', join(folder, '0001_a.sql')),
  },
  {
    fact: 'a link to itself',
    exit: 2,
    says: 'nowhere',
    make: (folder) => symlinkSync('0001_a.sql', join(folder, '0001_a.sql')),
  },
  {
    fact: 'a link inside the folder',
    exit: 0,
    files: { 'text.txt': table },
    make: (folder) => symlinkSync('text.txt', join(folder, '0001_a.sql')),
  },
  {
    fact: 'a pipe',
    exit: 2,
    says: 'a pipe',
    make: (folder) => void execFileSync('mkfifo', [join(folder, '0001_a.sql')]),
  },
  {
    fact: 'a folder with the name of a file',
    exit: 2,
    says: 'a folder',
    make: (folder) => mkdirSync(join(folder, '0001_a.sql')),
  },
]

async function upOf({ files = {}, make }: Case): Promise<{ folder: string; ended: Ended }> {
  const folder = makeFolder({ 'migrations/': '' })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'migrations', name), text)
  make?.(join(folder, 'migrations'))
  return { folder, ended: await lockstep(['up', '--url', 'sqlite:app.db'], { cwd: folder }) }
}

test.each([...names, ...texts, ...modules, ...odd])('$fact: exit $exit', async (one) => {
  const { folder, ended } = await upOf(one)
  const { code, stdout, stderr } = ended
  expect({ code, stderr }).toEqual({ code: one.exit, stderr: expect.stringContaining(one.says ?? '') as string })
  expect(stdout + stderr).not.toContain('bug in Lockstep')
  // Nothing of a name reaches the terminal that would move its cursor.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u202A-\u202E]/)
  expect(existsSync(join(folder, 'pwned'))).toBe(false)
})

test('a configuration that is half written is one clear error', async () => {
  for (const [file, text] of Object.entries({
    'lockstep.config.ts': `import { defineConfig } from 'lockstep'\nexport default defineConfig({ stores: { app: { kind: 'sq`,
    'lockstep.config.json': '{ "stores": { "app": ',
    'lockstep.config.js': '',
  })) {
    const folder = makeFolder({ [file]: text, 'migrations/0001_a.sql': table })
    const { code, stderr } = await lockstep(['up'], { cwd: folder })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`${file} could not be read`) as string,
    })
    expect(readdirSync(folder).sort()).toEqual([file, 'migrations'])
  }
})

test('a file of 100 MB runs, and is never whole in memory', async () => {
  const row = `insert into a values (1, '${'x'.repeat(950)}');\n`
  const world = await sqlite.open({ '0001_big.sql': `create table a (x integer, y text);\n${row.repeat(102_000)}` })
  const script = `process.on('exit', () => process.stderr.write('rss ' + process.resourceUsage().maxRSS + '\\n'))`
  writeFileSync(join(world.folder, 'measure.cjs'), script)
  const env = { ...world.env, NODE_OPTIONS: `--require=${join(world.folder, 'measure.cjs')}` }
  const { code, stderr } = await lockstep(['up', '--url', 'env:STORE_URL'], { cwd: world.folder, env })
  expect(code).toBe(0)
  expect(Number(/rss (\d+)/.exec(stderr)?.[1])).toBeLessThan(250_000)
  expect(await world.ask('select count(*) from a')).toEqual(['102000'])
})

test('10,000 files are planned, and nothing is done twice', async () => {
  const files = Array.from(
    { length: 10_000 },
    (_, i) => [`${String(i + 1).padStart(5, '0')}_x.sql`, `select ${i};\n`] as const,
  )
  const world = await sqlite.open(Object.fromEntries(files))
  const plan = await world.run('plan', '--json')
  expect(plan.code).toBe(0)
  const answer = JSON.parse(plan.stdout) as { stores: { pending: unknown[] }[] }
  expect(answer.stores[0]?.pending).toHaveLength(10_000)
  expect((await world.run('up', '--to', '00100')).code).toBe(0)
  expect((await world.run('up', '--to', '00100')).stdout).toContain('nothing was done')
  expect(await world.ask('select count(*) from lockstep_migrations')).toEqual(['100'])
})
