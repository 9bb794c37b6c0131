DROP TABLE workflow_outputs;
