-- lockstep: requires knowledge002
CREATE TABLE document_sources (
  document_id TEXT PRIMARY KEY,
  file_path TEXT NOT NULL UNIQUE,
  file_hash TEXT NOT NULL,
  ingested_at REAL NOT NULL
);

CREATE TABLE knowledge_relationships (
  relationship_id INTEGER PRIMARY KEY AUTOINCREMENT,
  target_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  relationship_type TEXT NOT NULL,
  confidence REAL NOT NULL DEFAULT 0.5
);

CREATE TABLE knowledge_usage (
  usage_id INTEGER PRIMARY KEY,
  knowledge_id TEXT NOT NULL REFERENCES knowledge_entries (knowledge_id) ON DELETE CASCADE,
  workflow_id INTEGER,
  used_at REAL NOT NULL
);

CREATE INDEX idx_relationships_source ON knowledge_relationships (source_id, relationship_type);

-- As it was first written: without the trigger for updates. fts001 mends it.
CREATE VIRTUAL TABLE knowledge_fts USING fts5 (content_json, domain, content = 'knowledge_entries', content_rowid = 'rowid');

CREATE TRIGGER knowledge_fts_insert AFTER INSERT ON knowledge_entries BEGIN
  INSERT INTO knowledge_fts (rowid, content_json, domain) VALUES (new.rowid, new.content_json, new.domain);
END;

CREATE TRIGGER knowledge_fts_delete AFTER DELETE ON knowledge_entries BEGIN
  INSERT INTO knowledge_fts (knowledge_fts, rowid, content_json, domain)
  VALUES ('delete', old.rowid, old.content_json, old.domain);
END;

INSERT INTO knowledge_fts (knowledge_fts) VALUES ('rebuild');
