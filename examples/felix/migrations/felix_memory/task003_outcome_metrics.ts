import { defineMigration } from 'lockstep'

/** Who worked on what: another list in JSON becomes a table, this time in code, with what it meets on the way. */
export default defineMigration({
  description: 'Add outcome metrics',

  async up({ query, exec, log }) {
    await exec(`
      CREATE TABLE task_execution_agents (
        execution_id TEXT NOT NULL REFERENCES task_executions (execution_id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        agent TEXT NOT NULL,
        PRIMARY KEY (execution_id, position)
      ) WITHOUT ROWID;
      CREATE INDEX idx_execution_agents_agent ON task_execution_agents (agent);
      ALTER TABLE task_executions ADD COLUMN error_count INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE task_executions ADD COLUMN quality_score REAL;
    `)
    const executions = await query<{ execution_id: string; agents_used_json: string }>(
      'SELECT execution_id, agents_used_json FROM task_executions ORDER BY execution_id',
    )
    let agents = 0
    for (const { execution_id, agents_used_json } of executions) {
      for (const [position, agent] of listOf(execution_id, agents_used_json).entries()) {
        await query('INSERT INTO task_execution_agents VALUES (?, ?, ?)', [execution_id, position, agent])
        agents++
      }
    }
    await exec('ALTER TABLE task_executions DROP COLUMN agents_used_json')
    log(`${agents} agents of ${executions.length} executions`)
  },

  async down({ exec }) {
    await exec(`
      ALTER TABLE task_executions ADD COLUMN agents_used_json TEXT NOT NULL DEFAULT '[]';
      UPDATE task_executions SET agents_used_json = (
        SELECT json_group_array(agent ORDER BY position)
        FROM task_execution_agents AS used
        WHERE used.execution_id = task_executions.execution_id
      );
      DROP TABLE task_execution_agents;
      ALTER TABLE task_executions DROP COLUMN quality_score;
      ALTER TABLE task_executions DROP COLUMN error_count;
    `)
  },
})

/** What is no list of names stops the migration, with the row that is to be mended. */
function listOf(execution: string, json: string): string[] {
  const list: unknown = JSON.parse(json)
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
  throw new Error(`execution ${execution}: agents_used_json is no list of names: ${json.slice(0, 60)}`)
}
