"""Matching (匹配): which file a registry's row or a street sighting belongs to, with a score and its reasons."""
