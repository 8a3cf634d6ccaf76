"""Builds the demo geography of Weifang from `geodata/sources/`; `geodata/recipe.py` is its command.

Depends on shapely and numpy only, knows nothing of the product, and writes the same text on every run.
"""
