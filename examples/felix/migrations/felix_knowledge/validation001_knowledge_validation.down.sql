DROP INDEX idx_knowledge_validation_score;
DROP INDEX idx_knowledge_validation_status;
ALTER TABLE knowledge_entries DROP COLUMN validated_at;
ALTER TABLE knowledge_entries DROP COLUMN validation_status;
ALTER TABLE knowledge_entries DROP COLUMN validation_flags;
ALTER TABLE knowledge_entries DROP COLUMN validation_score;
DROP TABLE knowledge_validation;
