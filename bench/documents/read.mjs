// The least that tells the version of each document: walk, read, parse.
import { readFileSync, readdirSync } from 'node:fs'

const versions = new Map()
for (const entry of readdirSync(process.argv[2], { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.json')) continue
  const { schema_version } = JSON.parse(readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
  versions.set(schema_version, (versions.get(schema_version) ?? 0) + 1)
}
process.stdout.write(`${JSON.stringify([...versions])}\n`)
