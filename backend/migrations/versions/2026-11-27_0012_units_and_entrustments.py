"""units, entrustments, designations"""

from pathlib import Path

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"
STEPS = ("0004_units", "0004_entrustments", "0004_holding", "0004_access", "0004_seed")

revision = "0012_units_and_entrustments"
down_revision = "0011_spatial_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for step in STEPS:
        run_script(SQL / f"{step}.sql")


def downgrade() -> None:
    raise NotImplementedError("entrustments are legal records: restore a backup instead of undoing this")
