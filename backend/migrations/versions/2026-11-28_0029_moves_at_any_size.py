"""moves at any size: triggers over many employers no longer compare each with each"""

from pathlib import Path

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0029_moves_at_any_size"
down_revision = "0028_books"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0020_moves_at_any_size.sql")


def downgrade() -> None:
    """The functions do what those before did, only quicker: they may stay."""
