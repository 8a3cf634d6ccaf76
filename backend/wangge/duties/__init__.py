"""Duties (四定): which person answers for which grid, for what, from a day to a day."""
