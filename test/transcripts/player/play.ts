/** Plays a transcript in a fresh folder with the real CLI, and gives it back with what was printed this time. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { runHelper } from './helpers.ts'
import { parseScript, printScript, type Item, type Script } from './script.ts'
import { startCli, type Running, type Server, type Surroundings } from './start-cli.ts'
import { writeInside } from './write-inside.ts'

/** The address of the server in every transcript; the real port is another one each time. */
const shownServer = '127.0.0.1:55432'
const shownPooler = '127.0.0.1:56432'
const shownFolder = '/home/ada/shop'

/** The text of the transcript as it is played now. `server` only where it needs one. */
export async function play(text: string, server: Server | null): Promise<string> {
  const script = parseScript(text)
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-transcript-'))
  try {
    if (server !== null) await makeDatabase(server)
    for (const [path, content] of Object.entries(script.files)) writeInside(folder, path, content)
    return printScript({ items: await playAll(script, folder, server), files: script.files })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every transcript begins with an empty database of the same name. */
async function makeDatabase(server: Server): Promise<void> {
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    await client.query('DROP DATABASE IF EXISTS shop WITH (FORCE)')
    await client.query('CREATE DATABASE shop')
  } finally {
    await client.end()
  }
}

async function playAll(script: Script, folder: string, server: Server | null): Promise<Item[]> {
  const background: Running[] = []
  const around: Surroundings = {
    folder,
    server,
    env: {
      ...(server === null ? {} : { DATABASE_URL: server.url('shop'), POOLER_URL: server.poolerUrl('shop') }),
      ...withoutPackage(script.needs),
    },
    real: (line) => (server === null ? line : line.replaceAll(shownServer, server.place)),
    shown: (line) => mask(line, folder, server),
  }
  const items: Item[] = []
  let number = 0
  try {
    for (const item of script.items) {
      if (item.kind === 'prose') items.push(item)
      else items.push({ ...item, output: await runCommand(item, { ...around, number: ++number, background }) })
    }
  } finally {
    for (const one of background) one.stop()
  }
  return items
}

/** `# needs: no @electric-sql/pglite` */
function withoutPackage(needs: readonly string[]): Record<string, string> {
  const name = needs.flatMap((one) => /^no (.*)$/.exec(one)?.[1] ?? [])[0]
  return name === undefined ? {} : { TRANSCRIPT_WITHOUT: name }
}

interface Playing extends Surroundings {
  readonly number: number
  readonly background: Running[]
}

async function runCommand(item: Item & { kind: 'command' }, playing: Playing): Promise<readonly string[]> {
  const words = splitWords(playing.real(item.line))
  const variables = words.slice(0, words.findIndex((word) => !/^[A-Z_]+=/.test(word)))
  const [name = '', ...args] = words.slice(variables.length)
  const env = { ...playing.env, ...Object.fromEntries(variables.map((one) => one.split(/=(.*)/s).slice(0, 2))) }
  if (name === 'wait') {
    const running = playing.background.shift()
    if (running === undefined) throw new Error('nothing runs in the background')
    return await running.lines
  }
  if (name !== 'lockstep') {
    const content = item.content.length === 0 ? '' : `${item.content.join('\n')}\n`
    return await runHelper({ name, args, line: playing.real(item.line), content }, playing)
  }
  const beside = args.at(-1) === '&'
  const running = startCli(beside ? args.slice(0, -1) : args, { ...playing, env })
  if (!beside) return await running.lines
  playing.background.push(running)
  return []
}

/** As a shell takes it, as far as transcripts need. */
function splitWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))
}

/** The few things that no fixed world can hold still. */
function mask(line: string, folder: string, server: Server | null): string {
  const placed = server === null ? line : withShownPorts(line, server)
  return placed
    .replaceAll(folder, shownFolder)
    .replaceAll(/\bpid \d{2,}(?= )/g, (found) => (/^pid 40\d\d$/.test(found) ? found : 'pid 8123'))
}

function withShownPorts(line: string, server: Server): string {
  return line.replaceAll(server.place, shownServer).replaceAll(new URL(server.poolerUrl('shop')).host, shownPooler)
}
