"""own open stops: whom a person has on a patrol is asked of one function"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0030_own_open_stops"
down_revision = "0029_moves_at_any_size"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0021_own_open_stops.sql")


def downgrade() -> None:
    stops = "(select employer_id from patrol_stops where assignee_id = (select app_person()) and is_open)"
    for table, column in (("employers", "id"), ("employer_forms", "employer_id"), ("key_list_entries", "employer_id")):
        op.execute(f"alter policy scope on {table} using (grid_path <@ (select app_scope()) or {column} in {stops})")
    op.execute("drop function own_open_stops()")
