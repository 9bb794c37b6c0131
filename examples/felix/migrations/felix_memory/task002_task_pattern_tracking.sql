-- A list in JSON becomes a table. A list that is no JSON stops the migration: no row is dropped in silence.
CREATE TABLE task_pattern_matches (
  execution_id TEXT NOT NULL REFERENCES task_executions (execution_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  pattern_id TEXT NOT NULL,
  PRIMARY KEY (execution_id, position)
) WITHOUT ROWID;

INSERT INTO task_pattern_matches (execution_id, position, pattern_id)
SELECT execution_id, list.key, list.value
FROM task_executions, json_each(patterns_matched_json) AS list;

CREATE INDEX idx_pattern_matches_pattern ON task_pattern_matches (pattern_id);
ALTER TABLE task_executions DROP COLUMN patterns_matched_json;
