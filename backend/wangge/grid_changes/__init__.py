"""Changes of the grids (网格调整): split, merge, move a border, draw, replace, undo; the grids tile before and after."""
