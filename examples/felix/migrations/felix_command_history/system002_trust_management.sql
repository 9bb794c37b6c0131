-- lockstep: requires felix_task_memory/learning002
-- How far a command is trusted rests on the thresholds that were learned.
ALTER TABLE command_history ADD COLUMN status TEXT NOT NULL DEFAULT 'executed';
ALTER TABLE command_history ADD COLUMN trust_level TEXT NOT NULL DEFAULT 'review' CHECK (trust_level IN ('safe', 'review', 'blocked'));
ALTER TABLE pending_approvals ADD COLUMN decided_by TEXT;
UPDATE command_history SET status = 'failed' WHERE exit_code <> 0;
CREATE INDEX idx_commands_status ON command_history (status, trust_level);
