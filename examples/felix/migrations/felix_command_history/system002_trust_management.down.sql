DROP INDEX idx_commands_status;
ALTER TABLE pending_approvals DROP COLUMN decided_by;
ALTER TABLE command_history DROP COLUMN trust_level;
ALTER TABLE command_history DROP COLUMN status;
