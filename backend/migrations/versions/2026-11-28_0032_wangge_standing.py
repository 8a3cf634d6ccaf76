"""wangge_standing"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0032_wangge_standing"
down_revision = "0031_kept_packages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0023_wangge_standing.sql")


def downgrade() -> None:
    op.execute("grant execute on function held_paths(uuid, date) to public")
    op.execute("alter function held_paths(uuid, date) security definer")
    op.execute("alter function held_paths(uuid, date) set search_path = public, pg_temp")
    op.execute("drop function wangge_standing(text, bigint, bigint, int)")
