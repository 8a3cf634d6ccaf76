"""Catalogues (目录): the words that field records choose from, as dated rows with a source, in both languages."""
