DROP TABLE feedback_patterns;
DROP TABLE user_feedback;
