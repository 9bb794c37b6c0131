-- lockstep: requires felix_memory/task003
-- What is learned is learned from the outcomes of tasks.
CREATE TABLE workflow_patterns (
  pattern_id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_type TEXT NOT NULL,
  strategy_json TEXT NOT NULL,
  success_rate REAL NOT NULL DEFAULT 0.0
);

CREATE TABLE threshold_records (
  record_id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_type TEXT,
  threshold_name TEXT,
  threshold_value TEXT,
  sample_size TEXT,
  updated_at TEXT
);

CREATE TABLE calibration_data (
  calibration_id INTEGER PRIMARY KEY,
  agent_type TEXT NOT NULL,
  predicted_confidence REAL NOT NULL,
  actual_success REAL NOT NULL
);

CREATE TABLE recommendations (
  recommendation_id INTEGER PRIMARY KEY,
  record_id INTEGER NOT NULL REFERENCES threshold_records (record_id) ON DELETE CASCADE,
  recommendation TEXT NOT NULL,
  accepted INTEGER
);

CREATE INDEX idx_threshold_task ON threshold_records (task_type, threshold_name);
CREATE INDEX idx_recommendations_record ON recommendations (record_id);

CREATE VIEW current_thresholds AS
SELECT task_type, threshold_name, threshold_value FROM threshold_records WHERE updated_at IS NOT NULL;

CREATE TRIGGER threshold_touched AFTER UPDATE OF threshold_value ON threshold_records BEGIN
  UPDATE threshold_records SET updated_at = datetime('now') WHERE record_id = new.record_id;
END;
