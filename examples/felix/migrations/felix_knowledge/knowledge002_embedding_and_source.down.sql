DROP INDEX idx_knowledge_source;
ALTER TABLE knowledge_entries DROP COLUMN chunk_index;
ALTER TABLE knowledge_entries DROP COLUMN source_document_id;
ALTER TABLE knowledge_entries DROP COLUMN embedding;
