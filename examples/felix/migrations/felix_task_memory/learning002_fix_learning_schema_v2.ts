import { defineMigration } from 'lockstep'
import { rebuildTable } from 'lockstep/sqlite'

/** Numbers were texts, and nothing was required. Index, trigger, view, counter and the recommendations stay as they are. */
export default defineMigration({
  description: 'Fix learning schema v2',

  async up(api) {
    await rebuildTable(api, 'threshold_records', {
      columns: {
        record_id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
        task_type: 'TEXT NOT NULL',
        threshold_name: 'TEXT NOT NULL',
        threshold_value: 'REAL NOT NULL CHECK (threshold_value BETWEEN 0 AND 1)',
        sample_size: 'INTEGER NOT NULL DEFAULT 0',
        updated_at: 'TEXT',
      },
      values: { sample_size: 'COALESCE(sample_size, 0)' },
    })
  },

  async down(api) {
    await rebuildTable(api, 'threshold_records', {
      create: `CREATE TABLE threshold_records (
        record_id INTEGER PRIMARY KEY AUTOINCREMENT,
        task_type TEXT,
        threshold_name TEXT,
        threshold_value TEXT,
        sample_size TEXT,
        updated_at TEXT
      )`,
    })
  },
})
