import { defineMigration } from 'lockstep'
import { fts5 } from 'lockstep/sqlite'

const search = fts5({ index: 'workflow_fts', table: 'workflow_outputs', columns: ['task_input', 'final_synthesis'] })

export default defineMigration({
  description: 'Add performance metrics and status tracking',

  async up(api) {
    await api.exec(`
      ALTER TABLE workflow_outputs ADD COLUMN status TEXT NOT NULL DEFAULT 'running';
      ALTER TABLE workflow_outputs ADD COLUMN processing_time REAL;
      ALTER TABLE workflow_outputs ADD COLUMN tokens_used INTEGER;
      UPDATE workflow_outputs
      SET status = 'completed', processing_time = completed_at - created_at
      WHERE completed_at IS NOT NULL;
      CREATE INDEX idx_workflow_status ON workflow_outputs (status);
    `)
    await search.create(api)
  },

  async down(api) {
    await search.drop(api)
    await api.exec(`
      DROP INDEX idx_workflow_status;
      ALTER TABLE workflow_outputs DROP COLUMN tokens_used;
      ALTER TABLE workflow_outputs DROP COLUMN processing_time;
      ALTER TABLE workflow_outputs DROP COLUMN status;
    `)
  },
})
