DROP VIEW current_thresholds;
DROP TABLE recommendations;
DROP TABLE calibration_data;
DROP TABLE threshold_records;
DROP TABLE workflow_patterns;
