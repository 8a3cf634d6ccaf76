"""kept packages"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0031_kept_packages"
down_revision = "0030_own_open_stops"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_packages",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("made_for", sa.Text(), nullable=False),
        sa.Column("tx", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("employers", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_kept_packages_grid_id_grids")),
        sa.PrimaryKeyConstraint("grid_id", "made_for", "tx", "part", name=op.f("pk_kept_packages")),
    )
    op.create_index("ix_kept_packages_grid_path", "kept_packages", ["grid_path"], postgresql_using="gist")
    op.create_index("ix_employers_grid_id_id", "employers", ["grid_id", "id"])
    run_script(SQL / "0022_kept_packages.sql")


def downgrade() -> None:
    op.execute("delete from policies where key like 'kept\\_package\\_%'")
    op.drop_index("ix_employers_grid_id_id", table_name="employers")
    op.execute("drop trigger grids_let_go_of_packages on grids")
    op.execute("drop function grids_let_go_of_packages()")
    op.drop_table("kept_packages")
