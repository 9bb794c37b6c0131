// A copy of a database by SQLite itself, of one moment and compact; nobody looks at it afterwards.
import { DatabaseSync } from 'node:sqlite'

const [from, to] = process.argv.slice(2)
const database = new DatabaseSync(from)
database.prepare('vacuum into ?').run(to)
database.close()
