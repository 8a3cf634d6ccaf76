"""Designations (认定): an employer is non-local (外地驻潍) or key (重点) from a day to a day, and so belongs to the city."""
