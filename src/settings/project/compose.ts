/** Database servers of a compose file. Reads the few lines that matter; what it does not understand it leaves out. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ComposeService {
  readonly file: string
  readonly service: string
  readonly kind: 'postgres' | 'mysql' | 'neo4j'
  readonly image: string
  /** Port on this machine; `null` where none is published. */
  readonly port: number | null
}

const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

const servers: readonly { readonly kind: ComposeService['kind']; readonly image: RegExp; readonly port: number }[] = [
  { kind: 'postgres', image: /(?:^|\/)(?:postgres|postgresql|postgis|pgvector|timescaledb)(?::|$)/, port: 5432 },
  { kind: 'mysql', image: /(?:^|\/)(?:mysql|mariadb)(?::|$)/, port: 3306 },
  { kind: 'neo4j', image: /(?:^|\/)neo4j(?::|$)/, port: 7687 },
]

/** The servers of the first compose file in `folder`. */
export function readCompose(folder: string): ComposeService[] {
  const file = fileNames.find((name) => existsSync(join(folder, name)))
  if (file === undefined) return []
  const blocks = servicesOf(readFileSync(join(folder, file), 'utf8').split(/\r?\n/))
  return blocks.flatMap(({ service, lines }) => {
    const image = firstMatch(lines, /^\s+image:\s*["']?([^\s"'#]+)/)
    const server = image === null ? undefined : servers.find((one) => one.image.test(image))
    if (image === null || server === undefined) return []
    const published = firstMatch(lines, new RegExp(String.raw`^\s+-\s*["']?(?:[\d.]+:)?(\d+):${server.port}\b`))
    return [{ file, service, kind: server.kind, image, port: published === null ? null : Number(published) }]
  })
}

interface Block {
  readonly service: string
  readonly lines: string[]
}

/** The keys one step below `services:` and the lines under each. */
function servicesOf(lines: readonly string[]): Block[] {
  const start = lines.findIndex((line) => /^services:\s*(?:#.*)?$/.test(line))
  if (start === -1) return []
  const blocks: Block[] = []
  let indent: number | null = null
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue
    const depth = line.length - line.trimStart().length
    if (depth === 0) break
    indent ??= depth
    const key = /^\s+["']?([\w.-]+)["']?:/.exec(line)?.[1]
    if (depth === indent && key !== undefined) blocks.push({ service: key, lines: [] })
    else blocks.at(-1)?.lines.push(line)
  }
  return blocks
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1]
    if (found !== undefined) return found
  }
  return null
}
