ALTER TABLE knowledge_entries ADD COLUMN embedding BLOB;
ALTER TABLE knowledge_entries ADD COLUMN source_document_id TEXT;
ALTER TABLE knowledge_entries ADD COLUMN chunk_index INTEGER;
CREATE INDEX idx_knowledge_source ON knowledge_entries (source_document_id, chunk_index);
