"""Policies (参数): limits, thresholds and frequencies as dated rows with a source, never constants in code."""
