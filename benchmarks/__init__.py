"""What ``scripts/bench`` measures: one module for each name of ``catalogue``, each against its floor in the same run."""
