"""data budget"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0018_data_budget"
down_revision = "0015_gaps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0010_data_budget.sql")


def downgrade() -> None:
    op.execute("delete from policies where key = 'photo_cellular_mb_per_day'")
