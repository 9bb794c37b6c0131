/**
 * Migrations that live in the application instead of a folder, through a manager, as `MigrationManager` was used.
 * `node manager.ts`; what the folder has applied in the same database stays as it is.
 */

import { openManager, type RegisteredMigration } from 'lockstep'

export const myFeature001: RegisteredMigration = {
  version: 'my_feature001',
  description: 'Add my_table for feature X',
  up: ({ exec }) => exec('CREATE TABLE my_table (id INTEGER PRIMARY KEY, data TEXT)'),
  down: ({ exec }) => exec('DROP TABLE my_table'),
}

const manager = await openManager({
  database: 'felix_memory.db',
  name: 'felix_memory',
  history: { table: 'schema_version' },
  policy: { direction: 'reversible' },
})
try {
  manager.register(myFeature001)
  const before = await manager.status()
  const { ran } = await manager.applyPending()
  console.log(`applied: ${ran.map((one) => one.version).join(', ')}`)

  // The test of every new migration: back to where we were.
  const back = await manager.rollback({ to: before.version })
  console.log(`taken back: ${back.ran.map((one) => one.version).join(', ')}`)
} finally {
  await manager.close()
}
