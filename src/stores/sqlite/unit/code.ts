/** What a migration in TypeScript is given on SQLite: the same connection, inside its transaction. */

import { LockstepError } from '../../../core/error.ts'
import type { MigrationApi, Signal } from '../../../core/ports.ts'
import type { Statement } from '../../../core/script.ts'
import { splitStatements } from '../../sql/split.ts'
import { takeTurn } from '../turns.ts'
import { rowsOf, type SqliteClient, type SqliteRow, type SqliteValue } from '../client.ts'

export interface CodeOptions {
  readonly client: SqliteClient
  readonly file: string
  readonly signal: Signal
  /** Runs one statement by what it is given, watched and with its failure put in words. */
  readonly run: <T>(statement: Statement, work: () => T) => T
}

/** Calls run one after the other, as over a connection to a server; before each statement a signal can be heard. */
export function makeMigrationApi(options: CodeOptions): MigrationApi {
  const { client, file, signal, run } = options
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined) // whoever called hears of it
    return mine
  }
  const enter = async (): Promise<void> => {
    await takeTurn(signal)
    if (!client.isTransaction) throw refusal(file, 'its transaction was ended by a failure', 'let the failure through')
  }
  return {
    query: (text, values = []) =>
      inOrder(async () => {
        await enter()
        const statement = oneStatement(text, file)
        // The caller names the row's type; SQLite's answer is not checked against it, as with every client.
        return run(statement, () => queryRows(client, statement.text, values.map(bindable))) as never
      }),
    exec: (text) =>
      inOrder(async () => {
        for (const statement of splitStatements([text], 'sqlite', file)) {
          await enter()
          refuseControl(statement, file)
          run(statement, () => client.exec(statement.text))
        }
      }),
    signal,
    log: () => undefined,
  }
}

/** The driver would run the first and drop the rest without a word. */
function oneStatement(text: string, file: string): Statement {
  const [first, ...more] = splitStatements([text], 'sqlite', file)
  if (first === undefined) throw refusal(file, 'query() was given no statement', 'give it one')
  if (more.length > 0) throw refusal(file, `query() was given ${more.length + 1} statements`, 'use exec() for several')
  refuseControl(first, file)
  return first
}

/** Its record is in this transaction: whoever ends it would be recorded without having run, or the other way round. */
function refuseControl({ text, traits }: Statement, file: string): void {
  const shown = text.slice(0, 40)
  if (traits.control !== 'none') {
    throw refusal(
      file,
      `${shown} inside a migration's own transaction`,
      'leave it out; each migration is one transaction',
    )
  }
  if (traits.alone !== null || (traits.outside && /^pragma\b/i.test(text))) {
    throw refusal(file, `${shown} does nothing inside a transaction`, 'put it into a migration of its own, as SQL')
  }
}

function queryRows(client: SqliteClient, text: string, values: readonly SqliteValue[]): SqliteRow[] {
  refuseTooFew(client, text, values.length)
  const statement = client.prepare(text)
  // The driver throws at an integer above 2^53; read as bigint, those that fit become numbers again.
  statement.setReadBigInts(true)
  const rows = statement.all(...values) as SqliteRow[]
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, narrowed(value)])))
}

/** A parameter without a value is NULL to SQLite, so `WHERE id = ?` would quietly meet nothing. */
function refuseTooFew(client: SqliteClient, text: string, given: number): void {
  if (!/[?$:@]/.test(text) || /^\s*explain\b/i.test(text)) return
  const program = rowsOf(client, `EXPLAIN ${text}`)
  const wanted = Math.max(
    0,
    ...program.filter((step) => step['opcode'] === 'Variable').map((step) => Number(step['p1'])),
  )
  if (wanted > given) throw new TypeError(`the statement has ${wanted} parameters, ${given} values were given`)
}

function narrowed(value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function bindable(value: unknown): SqliteValue {
  if (typeof value === 'boolean') return value ? 1n : 0n
  // The driver binds every number as a floating-point one: in a column without a type, 1 would become 1.0.
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
  if (value === null || typeof value === 'bigint' || typeof value === 'string' || value instanceof Uint8Array)
    return value
  // An object would be taken for named parameters, and all of them left empty.
  throw new TypeError(`SQLite has no type for ${Object.prototype.toString.call(value)}; give text, a number or null`)
}

function refusal(file: string, reason: string, help: string): LockstepError {
  return new LockstepError('script-refused', { file, reason, help })
}
