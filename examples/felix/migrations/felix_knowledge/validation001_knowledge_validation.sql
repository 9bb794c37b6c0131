-- lockstep: requires knowledge002
CREATE TABLE knowledge_validation (
  validation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  knowledge_id TEXT NOT NULL REFERENCES knowledge_entries (knowledge_id) ON DELETE CASCADE,
  assessment TEXT NOT NULL,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  assessed_at REAL NOT NULL
);

ALTER TABLE knowledge_entries ADD COLUMN validation_score REAL;
ALTER TABLE knowledge_entries ADD COLUMN validation_flags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE knowledge_entries ADD COLUMN validation_status TEXT NOT NULL DEFAULT 'unvalidated';
ALTER TABLE knowledge_entries ADD COLUMN validated_at REAL;
CREATE INDEX idx_knowledge_validation_status ON knowledge_entries (validation_status);
CREATE INDEX idx_knowledge_validation_score ON knowledge_entries (validation_score);
