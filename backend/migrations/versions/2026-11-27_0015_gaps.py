"""gaps"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0015_gaps"
down_revision = "0014_accounts_and_access"
branch_labels = None
depends_on = None

COUNTED = "review_state <> 'returned'"


def upgrade() -> None:
    op.create_table(
        "grid_tilings",
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("is_exact", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("children", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gap_m2", sa.Float(), server_default="0", nullable=False),
        sa.Column("overlap_m2", sa.Float(), server_default="0", nullable=False),
        sa.Column("is_stale", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["grids.id"], name=op.f("fk_grid_tilings_parent_id")),
        sa.PrimaryKeyConstraint("parent_id", name=op.f("pk_grid_tilings")),
    )
    op.create_index("ix_grid_tilings_grid_path", "grid_tilings", ["grid_path"], postgresql_using="gist")
    op.create_index("ix_grid_tilings_stale", "grid_tilings", ["parent_id"], postgresql_where=sa.text("is_stale"))
    op.create_index("ix_grid_tilings_broken", "grid_tilings", ["parent_id"], postgresql_where=sa.text("not is_exact"))
    op.create_index(
        "ix_employers_gap_outside", "employers", ["grid_path", "id"],
        postgresql_where=sa.text(f"grid_source <> 'position' and position is not null and {COUNTED}"),
    )  # fmt: skip
    op.create_index(
        "ix_employers_gap_no_position", "employers", ["grid_path", "id"], postgresql_where=sa.text(f"position is null and {COUNTED}")
    )
    run_script(SQL / "0007_gaps.sql")


def downgrade() -> None:
    op.execute("delete from role_rights where right_code = 'gap.read'")
    for index in ("ix_employers_gap_no_position", "ix_employers_gap_outside"):
        op.drop_index(index, "employers")
    for trigger in ("grids_inserted_make_stale", "grids_updated_make_stale"):
        op.execute(f"drop trigger {trigger} on grids")
    for function in (
        "grids_make_tilings_stale()", "refresh_grid_tilings()", "place_employer(uuid, float8, float8)", "duties_lapsing()",
        "certificate_of_duty(uuid)",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    op.drop_table("grid_tilings")
