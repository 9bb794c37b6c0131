CREATE TABLE task_patterns (
  pattern_id TEXT PRIMARY KEY,
  task_type TEXT NOT NULL,
  complexity TEXT NOT NULL,
  keywords_json TEXT NOT NULL DEFAULT '[]',
  success_rate REAL NOT NULL DEFAULT 0.0,
  usage_count INTEGER NOT NULL DEFAULT 0,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL
);

CREATE TABLE task_executions (
  execution_id TEXT PRIMARY KEY,
  task_description TEXT NOT NULL,
  task_type TEXT NOT NULL,
  complexity TEXT NOT NULL,
  outcome TEXT NOT NULL,
  duration REAL NOT NULL,
  agents_used_json TEXT NOT NULL DEFAULT '[]',
  patterns_matched_json TEXT NOT NULL DEFAULT '[]',
  created_at REAL NOT NULL
);

CREATE INDEX idx_patterns_type_success ON task_patterns (task_type, success_rate DESC);
CREATE INDEX idx_executions_type_created ON task_executions (task_type, created_at DESC);
CREATE INDEX idx_executions_outcome_created ON task_executions (outcome, created_at DESC);
