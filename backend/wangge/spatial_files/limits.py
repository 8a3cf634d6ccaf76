"""How much one file may be. The defaults hold for one city; a caller passes the rows of ``policies`` when it has them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading; passing any of them is a refusal, before the memory is spent."""

    max_bytes: int = 50_000_000
    """Size of the upload, in bytes."""
    max_features: int = 100_000
    max_vertices: int = 2_000_000
    """Of the whole file."""
    max_rings_per_feature: int = 5_000
    max_fields: int = 300
    """Columns of an attribute table."""
    max_cells: int = 5_000_000
    """Rows times columns of an attribute table."""
    max_unpacked_bytes: int = 200_000_000
    """Of what is read from an archive, together."""
    max_zip_entries: int = 500
    max_zip_ratio: int = 300
    """Unpacked to packed, of one entry larger than a megabyte. Blank-padded attribute tables reach about 100."""
    max_query_s: float = 5.0
    """Time that one GeoPackage may spend in the database engine, in seconds."""
