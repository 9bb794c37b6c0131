DROP TRIGGER knowledge_fts_delete;
DROP TRIGGER knowledge_fts_insert;
DROP TABLE knowledge_fts;
DROP TABLE knowledge_usage;
DROP TABLE knowledge_relationships;
DROP TABLE document_sources;
