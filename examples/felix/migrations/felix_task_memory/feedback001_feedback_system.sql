-- lockstep: requires felix_workflow_history/workflow001
-- Workflows are in a database of their own: no foreign key can reach them, the migration must be there all the same.
CREATE TABLE user_feedback (
  feedback_id INTEGER PRIMARY KEY AUTOINCREMENT,
  workflow_id INTEGER NOT NULL,
  rating INTEGER NOT NULL CHECK (rating BETWEEN -1 AND 1),
  comment TEXT,
  created_at REAL NOT NULL
);

CREATE TABLE feedback_patterns (
  pattern_id INTEGER PRIMARY KEY,
  pattern TEXT NOT NULL UNIQUE,
  occurrences INTEGER NOT NULL DEFAULT 1
);

CREATE INDEX idx_feedback_workflow ON user_feedback (workflow_id);
