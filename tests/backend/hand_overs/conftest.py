"""Phones of the tests' people, for what comes after a hand-over."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "sync"))
