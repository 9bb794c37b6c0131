// What somebody would write by hand: connect, read the history, hash the files, compare.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Client } from 'pg'

const [folder] = process.argv.slice(2)
const client = new Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
const { rows } = await client.query('select version, checksum from lockstep_migrations order by position')
const known = new Map(rows.map((row) => [row.version, row.checksum]))
let pending = 0
for (const file of readdirSync(folder).sort()) {
  const hash = createHash('sha256')
    .update(readFileSync(`${folder}/${file}`))
    .digest('hex')
  const recorded = known.get(file.slice(0, 5))
  if (recorded === undefined) pending++
  else if (recorded !== `v1:sha256:${hash}`) throw new Error(`${file} was edited`)
}
process.stdout.write(pending === 0 ? 'nothing to do\n' : `${pending} pending\n`)
await client.end()
