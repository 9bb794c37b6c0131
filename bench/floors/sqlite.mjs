// The files through node:sqlite: each in BEGIN and COMMIT with its record, and nothing else.
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const [folder, path] = process.argv.slice(2)
const database = new DatabaseSync(path)
database.exec('create table history (version text primary key, file text not null, checksum text not null)')
const checksum = `v1:sha256:${'0'.repeat(64)}`
for (const file of readdirSync(folder).sort()) {
  database.exec('begin immediate')
  database.exec(readFileSync(`${folder}/${file}`, 'utf8'))
  database.exec(`insert into history values ('${file.slice(0, 5)}', '${file}', '${checksum}')`)
  database.exec('commit')
}
database.close()
