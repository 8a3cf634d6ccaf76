"""enter_at_once"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0035_enter_at_once"
down_revision = "0034_matching_at_any_size"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0026_enter_at_once.sql")


def downgrade() -> None:
    """``wangge_enter`` says what it said before, only quicker: it may stay."""
    op.execute("alter function feed_of_scope(text, bigint, bigint, int) volatile")
