/** The shape of a database over a client of ours, without the tables that are ours. */

import type { Shape } from '../../core/shape.ts'
import { readPostgresShape, type QueryClient } from '../../readers/postgres-shape.ts'
import type { HistoryPlace } from '../../readers/postgres.ts'
import { shapeTable } from '../../readers/snapshot-row.ts'
import type { PostgresClient } from './client.ts'

/** Of one moment, with what is wanted for writing it out. */
export async function readShape(client: PostgresClient, place: HistoryPlace): Promise<Shape> {
  return await readPostgresShape(asking(client), { exclude: ownTables(place), texts: true })
}

/** Of the transaction that is open, which sees its own changes. */
export async function readShapeInside(client: PostgresClient, place: HistoryPlace): Promise<Shape> {
  return await readPostgresShape(asking(client), { exclude: ownTables(place), transaction: 'caller' })
}

function asking(client: PostgresClient): QueryClient {
  return { query: async (text) => ({ rows: [...((await client.run(text)).at(-1) ?? [])] }) }
}

function ownTables({ schema, table }: HistoryPlace): string[] {
  return [table, 'lockstep_log', 'lockstep_meta', shapeTable].map((name) => `${schema}.${name}`)
}
