"""Employers (用人单位): one employer, one file (一企一档)."""
