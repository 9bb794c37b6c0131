/** The floor of applying: one `psql` that runs the same files, each in BEGIN and COMMIT with one row of history. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the script that `psql -f` runs. */
export function writePsqlFloor(script: string, folder: string): void {
  const checksum = `v1:sha256:${'0'.repeat(64)}`
  const files = readdirSync(folder).sort()
  const texts = files.map((file) => {
    const record = `insert into history values ('${file.slice(0, 5)}', '${file}', '${checksum}');`
    return `begin;\n${readFileSync(join(folder, file), 'utf8')}${record}\ncommit;\n`
  })
  const table = 'create table history (version text primary key, file text not null, checksum text not null);\n'
  writeFileSync(script, table + texts.join(''))
}

/** The floor of rehearsing: each file up, down and up again, every time in BEGIN and COMMIT. */
export function writeThreeTimes(script: string, folder: string): void {
  const ups = readdirSync(folder).filter((file) => !file.endsWith('.down.sql'))
  const textOf = (file: string): string => `begin;\n${readFileSync(join(folder, file), 'utf8')}commit;\n`
  const texts = ups.sort().flatMap((file) => [file, file.replace(/\.sql$/, '.down.sql'), file].map(textOf))
  writeFileSync(script, texts.join(''))
}
