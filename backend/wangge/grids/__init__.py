"""Grids (网格): the four levels of territory, city, county or zone, street, community; every scoped row lies in one."""
