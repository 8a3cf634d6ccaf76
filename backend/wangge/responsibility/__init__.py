"""Responsibility (谁负责): who is competent, who acts, who assists, for a place or an employer, and why."""
