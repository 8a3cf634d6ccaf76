"""Hand-overs (交接): someone leaves or changes post; her open work is listed, moved, and nothing is orphaned."""
