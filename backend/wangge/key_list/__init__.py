"""The key supervision list (重点监管): who is on it, since when, why, and who has taken note."""
