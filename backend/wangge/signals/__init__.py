"""Signals (线索): dated facts about an employer that its rating and the key supervision list follow from."""
