/** What an application would have written, by the migration after which it could first do so. */

import type { Database } from './felix-project.ts'

export type Step = readonly [database: Database, version: string]

/** The order in which Lockstep applies them: versions within a category, then what requires what. */
export const steps: readonly Step[] = [
  ['felix_memory', 'task001'],
  ['felix_memory', 'task002'],
  ['felix_memory', 'task003'],
  ['felix_memory', 'task004'],
  ['felix_workflow_history', 'workflow001'],
  ['felix_workflow_history', 'workflow002'],
  ['felix_workflow_history', 'agent001'],
  ['felix_task_memory', 'learning001'],
  ['felix_task_memory', 'learning002'],
  ['felix_task_memory', 'feedback001'],
  ['felix_command_history', 'system001'],
  ['felix_command_history', 'system002'],
  ['felix_knowledge', 'knowledge001'],
  ['felix_knowledge', 'knowledge002'],
  ['felix_knowledge', 'validation001'],
  ['felix_knowledge', 'brain001'],
  ['felix_knowledge', 'fts001'],
  ['felix_knowledge', 'knowledge003'],
]

export const seeds: Readonly<Record<string, string>> = {
  task001: `
    INSERT INTO task_patterns (pattern_id, task_type, complexity, created_at, updated_at)
    VALUES ('p1', 'research', 'simple', 1, 1), ('p2', 'coding', 'complex', 2, 2);
    INSERT INTO task_executions (execution_id, task_description, task_type, complexity, outcome, duration, agents_used_json, patterns_matched_json, created_at)
    VALUES ('e1', 'Survey the bridges of the city', 'research', 'simple', 'success', 1.5, '["scout","critic"]', '["p2","p1","p2"]', 1),
           ('e2', 'Write a parser', 'coding', 'complex', 'failure', 9.25, '["builder"]', '[]', 2),
           ('e3', 'Nothing matched', 'coding', 'simple', 'success', 0.5, '[]', '["p1"]', 3);`,
  workflow001: `
    INSERT INTO workflow_outputs (task_input, final_synthesis, created_at, completed_at)
    VALUES ('compare helices', 'they converge', 10, 14.5), ('still running', NULL, 20, NULL), ('gone', NULL, 30, NULL);
    DELETE FROM workflow_outputs WHERE task_input = 'gone';`,
  agent001: `
    INSERT INTO agent_performance (agent_id, agent_type, workflow_id, confidence, recorded_at)
    VALUES ('a1', 'critic', 1, 0.75, 11), ('a2', 'scout', 1, 0.5, 12);`,
  learning001: `
    INSERT INTO threshold_records (task_type, threshold_name, threshold_value, sample_size, updated_at)
    VALUES ('research', 'confidence', '0.7', '12', '2025-01-15'), ('coding', 'confidence', '0.85', NULL, NULL), ('x', 'y', '0.1', '1', NULL);
    DELETE FROM threshold_records WHERE task_type = 'x';
    INSERT INTO recommendations (record_id, recommendation) VALUES (1, 'raise it'), (1, 'keep it'), (2, 'lower it');`,
  feedback001: `
    INSERT INTO user_feedback (workflow_id, rating, comment, created_at) VALUES (1, 1, 'good', 15);
    INSERT INTO feedback_patterns (pattern) VALUES ('too long');`,
  system001: `
    INSERT INTO command_history (command, output, exit_code, executed_at)
    VALUES ('ls -la', 'total 8', 0, 1), ('cat nowhere', 'no such file', 1, 2);
    INSERT INTO command_patterns (pattern) VALUES ('ls'); INSERT INTO command_pattern_usage VALUES (1, 1);
    INSERT INTO pending_approvals (command, requested_at) VALUES ('rm -r build', 3);`,
  knowledge001: `
    INSERT INTO knowledge_entries (knowledge_id, knowledge_type, content_json, confidence_level, source_agent, domain, created_at)
    VALUES ('k1', 'fact', '{"text":"a helix is a curve"}', 'high', 'scout', 'geometry', 1),
           ('k2', 'fact', '{"text":"bridges carry roads"}', 'low', 'critic', 'building', 2),
           ('k3', 'insight', '{"text":"roads bend"}', 'medium', 'scout', 'building', 3);
    DELETE FROM knowledge_entries WHERE knowledge_id = 'k1';`,
  validation001: `
    INSERT INTO knowledge_validation (knowledge_id, assessment, score, assessed_at) VALUES ('k2', 'true', 0.9, 4);`,
  brain001: `
    INSERT INTO document_sources VALUES ('d1', 'helix.md', 'abc', 5);
    INSERT INTO knowledge_relationships (source_id, target_id, relationship_type, confidence) VALUES ('k2', 'k3', 'supports', 0.75);
    INSERT INTO knowledge_usage (knowledge_id, workflow_id, used_at) VALUES ('k2', 1, 6);`,
}
