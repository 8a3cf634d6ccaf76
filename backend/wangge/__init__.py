"""Wangge 网格: grid-based labour-security supervision, offline in the field and lawful at the desk."""

__version__ = "0.1.0"
