"""Anomalies (异常): field records that look odd, each with its reasons, for a person to look into. Nothing is refused for it."""
