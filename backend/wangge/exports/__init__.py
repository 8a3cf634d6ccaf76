"""Exports (导出): grids and employers' points as files that other programs read, within one's scope."""
