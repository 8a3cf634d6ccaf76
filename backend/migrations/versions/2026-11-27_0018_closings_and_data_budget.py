"""closings and data budget"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0018_closings_and_data_budget"
down_revision = "0017_phone_store_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation_closings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("op_sha256", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("how in ('withdrawn', 'closed')", name=op.f("ck_operation_closings_how")),
        sa.ForeignKeyConstraint(
            ["person_id", "op_id", "op_sha256"],
            ["sync_operations.person_id", "sync_operations.op_id", "sync_operations.op_sha256"],
            name=op.f("fk_operation_closings_person_id_op_id_op_sha256"),
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_operation_closings_closed_by")),
        sa.PrimaryKeyConstraint("person_id", "op_id", "op_sha256", name=op.f("pk_operation_closings")),
    )
    op.create_index("ix_operation_closings_closed_by", "operation_closings", ["closed_by"])
    op.create_index("ix_operation_closings_grid_path", "operation_closings", ["grid_path"], postgresql_using="gist")
    run_script(SQL / "0010_closings.sql")
    run_script(SQL / "0010_data_budget.sql")


def downgrade() -> None:
    op.execute("delete from policies where key = 'photo_cellular_mb_per_day'")
    op.execute("delete from role_rights where right_code = 'records.close'")
    op.execute("delete from rights where code = 'records.close'")
    op.drop_table("operation_closings")
