// Each file up, down and up again through node:sqlite, every time in BEGIN and COMMIT, and nothing else.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const [folder, path] = process.argv.slice(2)
rmSync(path, { force: true })
const database = new DatabaseSync(path)
const ups = readdirSync(folder).filter((file) => !file.endsWith('.down.sql'))
for (const file of ups.sort()) {
  const down = file.replace(/\.sql$/, '.down.sql')
  for (const each of [file, down, file]) {
    database.exec('begin immediate')
    database.exec(readFileSync(`${folder}/${each}`, 'utf8'))
    database.exec('commit')
  }
}
database.close()
rmSync(path)
