"""Training (培训): plans, courses, exams with scores; who passed may be given a certificate."""
