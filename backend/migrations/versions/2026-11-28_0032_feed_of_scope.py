"""feed_of_scope"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0032_feed_of_scope"
down_revision = "0031_kept_packages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0023_feed_of_scope.sql")


def downgrade() -> None:
    op.execute("grant execute on function held_paths(uuid, date) to public")
    op.execute("alter function held_paths(uuid, date) security definer")
    op.execute("alter function held_paths(uuid, date) set search_path = public, pg_temp")
    op.execute("drop function feed_of_scope(text, bigint, bigint, int)")
