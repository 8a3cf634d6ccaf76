"""Mechanics every domain shares; knows no domain."""
