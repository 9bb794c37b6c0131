ALTER TABLE task_executions ADD COLUMN patterns_matched_json TEXT NOT NULL DEFAULT '[]';

UPDATE task_executions SET patterns_matched_json = (
  SELECT json_group_array(pattern_id ORDER BY position)
  FROM task_pattern_matches AS matched
  WHERE matched.execution_id = task_executions.execution_id
);

DROP TABLE task_pattern_matches;
