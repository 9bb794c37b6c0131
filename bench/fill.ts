/** Large databases of what looks like text: words of uneven frequency, so that they compress as notes and mails do. */

import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

/** One table with three indexes, of about so many megabytes. */
export function fillSqlite(path: string, megabytes: number): void {
  const database = new DatabaseSync(path)
  database.exec(
    `pragma journal_mode = off; pragma synchronous = off;
create table notes (id integer primary key, author integer not null, title text not null, body text not null, created_at text not null);
create index notes_author on notes (author); create index notes_title on notes (title); create index notes_created_at on notes (created_at)`,
  )
  const insert = database.prepare('insert into notes (author, title, body, created_at) values (?, ?, ?, ?)')
  const { below, text } = makeWords()
  const bytes = (): number =>
    Number(
      Object.values(
        database.prepare('select page_count * page_size from pragma_page_count, pragma_page_size').get() ?? {},
      )[0],
    )
  database.exec('begin')
  while (bytes() < megabytes * 1e6) {
    for (let i = 0; i < 1000; i++) {
      const at = new Date(1.6e12 + below(1e11)).toISOString()
      insert.run(below(50_000), text(5), text(20 + below(80)), at)
    }
  }
  database.exec('commit; pragma journal_mode = delete')
  database.close()
}

/** Two tables with an index each; the size is that of the tables. */
export async function fillPostgres(url: string, megabytes: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { below, text } = makeWords()
  try {
    for (const table of ['notes', 'mails']) {
      await client.query(
        `create table ${table} (id bigint generated always as identity primary key, author int not null, title text not null, body text not null)`,
      )
      const rows = Array.from({ length: 1000 }, () => ({
        author: below(50_000),
        title: text(5),
        body: text(20 + below(80)),
      }))
      for (let size = 0; size < megabytes * 5e5;) {
        // Not all alike: each round shifts where the words begin.
        const shift = below(100)
        await client.query(
          `insert into ${table} (author, title, body) select author + ${shift}, title, substr(body, ${shift + 1}) || left(body, ${shift}) from jsonb_to_recordset($1) as r(author int, title text, body text)`,
          [JSON.stringify(rows)],
        )
        const { rows: found } = await client.query<{ bytes: string }>(`select pg_table_size('${table}') as bytes`)
        size = Number(found[0]?.bytes)
      }
      await client.query(`create index on ${table} (title)`)
    }
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

interface Words {
  /** A whole number from 0 to below `most`. */
  readonly below: (most: number) => number
  readonly text: (words: number) => string
}

/** The same each time. */
function makeWords(): Words {
  let seed = 42
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
  const letter = (): string => 'etaoinshrdlucmfwypvbgkjqxz'[Math.floor(random() ** 2 * 26)] ?? ''
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, letter).join(''),
  )
  const word = (): string => words[Math.floor(random() ** 3 * words.length)] ?? ''
  return {
    below: (most) => Math.floor(random() * most),
    text: (count) => Array.from({ length: count }, word).join(' '),
  }
}
