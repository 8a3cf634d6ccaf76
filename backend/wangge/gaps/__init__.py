"""The gap board (缺口): what keeps a piece of territory from being looked after, at every level, and where."""
