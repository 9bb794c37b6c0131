CREATE TABLE knowledge_entries (
  knowledge_id TEXT PRIMARY KEY,
  knowledge_type TEXT NOT NULL,
  content_json TEXT NOT NULL,
  confidence_level TEXT NOT NULL,
  source_agent TEXT NOT NULL,
  domain TEXT NOT NULL,
  access_count INTEGER NOT NULL DEFAULT 0,
  created_at REAL NOT NULL
);

CREATE INDEX idx_knowledge_domain_type ON knowledge_entries (domain, knowledge_type);
CREATE INDEX idx_knowledge_confidence ON knowledge_entries (confidence_level, created_at DESC);
CREATE INDEX idx_knowledge_agent ON knowledge_entries (source_agent);
CREATE INDEX idx_knowledge_access ON knowledge_entries (access_count DESC);
