// lockstep: requires brain001
import { defineMigration } from 'lockstep'
import { rebuildTable } from 'lockstep/sqlite'

const columns = {
  relationship_id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  source_id: 'TEXT NOT NULL',
  target_id: 'TEXT NOT NULL',
  relationship_type: 'TEXT NOT NULL',
  confidence: 'REAL NOT NULL DEFAULT 0.5',
}

/** SQLite cannot add a foreign key to a table: it is rebuilt. Columns are copied by name, whatever their order. */
export default defineMigration({
  description: 'Add cascade delete to relationships',

  async up(api) {
    const orphans = await api.query<{ relationship_id: number }>(`
      SELECT relationship_id FROM knowledge_relationships
      WHERE source_id NOT IN (SELECT knowledge_id FROM knowledge_entries)
         OR target_id NOT IN (SELECT knowledge_id FROM knowledge_entries)`)
    if (orphans.length > 0) {
      const rows = orphans.slice(0, 5).map((row) => row.relationship_id)
      throw new Error(`${orphans.length} relationships lead nowhere, mend or delete them first: ${rows.join(', ')}`)
    }
    await rebuildTable(api, 'knowledge_relationships', {
      columns,
      constraints: [
        'FOREIGN KEY (source_id) REFERENCES knowledge_entries (knowledge_id) ON DELETE CASCADE',
        'FOREIGN KEY (target_id) REFERENCES knowledge_entries (knowledge_id) ON DELETE CASCADE',
      ],
    })
  },

  async down(api) {
    await rebuildTable(api, 'knowledge_relationships', { columns })
  },
})
