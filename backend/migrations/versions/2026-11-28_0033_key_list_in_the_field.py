"""key_list_in_the_field"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0033_key_list_in_the_field"
down_revision = "0032_feed_of_scope"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0024_key_list_in_the_field.sql")


def downgrade() -> None:
    """The trigger tells the phones more than before: it may stay."""
    op.execute("drop function key_list_take_note(uuid, uuid[], timestamptz, text)")
