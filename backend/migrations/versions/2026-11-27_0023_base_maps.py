"""base maps"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0023_base_maps"
down_revision = "0022_media"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0014_base_maps.sql")


def downgrade() -> None:
    op.execute("delete from policies where key like 'base\\_map\\_%'")
