// The least that moves these documents: read, transform, write over. `fsync` as the second argument: each file to the disk.
import { closeSync, fsyncSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs'

const [root, sync] = process.argv.slice(2)
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name !== 'manifest.json') continue
  const path = `${entry.parentPath}/${entry.name}`
  const document = JSON.parse(readFileSync(path, 'utf8'))
  document.input_snapshots ??= {}
  document.inputs_hash ??= null
  document.chain_metadata ??= { is_chainable_stage: false, prior_stages: [] }
  document.priority_level ??= 'normal'
  document.schema_version = '1.3.0'
  const file = openSync(path, 'w')
  writeSync(file, `${JSON.stringify(document, null, 2)}\n`)
  if (sync === 'fsync') fsyncSync(file)
  closeSync(file)
}
