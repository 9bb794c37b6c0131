DROP TABLE task_executions;
DROP TABLE task_patterns;
