"""employer standing"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0021_employer_standing"
down_revision = "0020_anomalies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("employers", sa.Column("grade", sa.String(), nullable=True))
    op.add_column("employers", sa.Column("on_key_list", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("employers", sa.Column("is_complete", sa.Boolean(), server_default=sa.false(), nullable=False))
    run_script(SQL / "0012_employer_standing.sql")


def downgrade() -> None:
    op.execute("drop function visit_interval_days(text, boolean, date)")
    op.execute("delete from policies where key = 'visit_interval_days'")
    for column in ("is_complete", "on_key_list", "grade"):
        op.drop_column("employers", column)
