"""Coverage (覆盖): who is looked after by nobody, and why."""
