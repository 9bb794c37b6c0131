CREATE TABLE workflow_outputs (
  workflow_id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_input TEXT NOT NULL,
  final_synthesis TEXT,
  created_at REAL NOT NULL,
  completed_at REAL
);

CREATE INDEX idx_workflow_created ON workflow_outputs (created_at DESC);
CREATE INDEX idx_workflow_completed ON workflow_outputs (completed_at);
CREATE INDEX idx_workflow_open ON workflow_outputs (created_at) WHERE completed_at IS NULL;
