"""Entrustments (委托): a unit with powers of its own has another act in its name, in writing, for a term, never further on."""
