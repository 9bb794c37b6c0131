-- lockstep: requires workflow001
CREATE TABLE agent_performance (
  performance_id INTEGER PRIMARY KEY,
  agent_id TEXT NOT NULL,
  agent_type TEXT NOT NULL,
  workflow_id INTEGER NOT NULL REFERENCES workflow_outputs (workflow_id) ON DELETE CASCADE,
  confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  tokens_used INTEGER NOT NULL DEFAULT 0,
  processing_time REAL NOT NULL DEFAULT 0.0,
  recorded_at REAL NOT NULL
);

CREATE INDEX idx_performance_agent ON agent_performance (agent_id, recorded_at DESC);
CREATE INDEX idx_performance_type ON agent_performance (agent_type, confidence);
