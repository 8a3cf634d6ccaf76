"""matching_at_any_size"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0034_matching_at_any_size"
down_revision = "0033_key_list_in_the_field"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0025_matching_at_any_size.sql")


def downgrade() -> None:
    """The function says what the one before said, only quicker: it may stay, and its index with it."""
    for column in ("reviewed_by", "duplicate_of", "registered_by", "merged_into"):
        op.execute(f"drop index ix_employers_{column}")
        op.execute(f"create index ix_employers_{column} on employers ({column})")
