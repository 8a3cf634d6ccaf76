"""Visits (走访): collect, publicise, see. Never an inspection (行政检查), which needs two certified inspectors."""
