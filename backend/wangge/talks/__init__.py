"""Talks (宣传): who was told what about labour law, where, and what was handed out."""
