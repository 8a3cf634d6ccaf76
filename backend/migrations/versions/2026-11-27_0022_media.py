"""media: thumbnails, notes in sound and picture, signed receipts for bytes, kept records tried again"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0022_media"
down_revision = "0021_employer_standing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    evidence()
    op.drop_constraint("ck_uploads_part", "uploads")
    op.create_check_constraint(op.f("ck_uploads_part"), "uploads", "part in ('thumb', 'copy', 'original')")
    operation_retries()
    run_script(SQL / "0013_media.sql")


def evidence() -> None:
    op.add_column("evidence", sa.Column("medium", sa.String(), server_default="photo", nullable=False))
    op.add_column("evidence", sa.Column("seconds", sa.Float(), nullable=True))
    op.add_column("evidence", sa.Column("thumb_sha256", sa.String(), nullable=True))
    op.add_column("evidence", sa.Column("thumb_bytes", sa.BigInteger(), nullable=True))
    op.add_column("evidence", sa.Column("thumb_state", sa.String(), server_default="none", nullable=False))
    op.add_column("evidence", sa.Column("byte_receipts", postgresql.JSONB(), server_default="{}", nullable=False))
    for column in ("copy_width", "copy_height", "original_sha256", "original_bytes"):
        op.alter_column("evidence", column, nullable=True)
    for name in ("source", "sha256", "bytes", "original_state"):
        op.drop_constraint(f"ck_evidence_{name}", "evidence")
    checks = {
        "source": "source in ('camera', 'gallery', 'recorder', 'file')",
        "medium": "medium in ('photo', 'audio', 'video')",
        "sha256": "copy_sha256 ~ '^[0-9a-f]{64}$' and original_sha256 ~ '^[0-9a-f]{64}$' and thumb_sha256 ~ '^[0-9a-f]{64}$'",
        "bytes": "copy_bytes > 0 and original_bytes > 0 and thumb_bytes > 0",
        "original_state": "original_state in ('none', 'expected', 'stored', 'refused')",
        "thumb_state": "thumb_state in ('none', 'expected', 'stored', 'refused')",
        "files_of_medium": "case medium when 'photo' then num_nulls(copy_width, copy_height, original_sha256, original_bytes) = 0 "
        "and original_state <> 'none' else num_nonnulls(original_sha256, thumb_sha256) = 0 and original_state = 'none' end",
    }
    for name, check in checks.items():
        op.create_check_constraint(op.f(f"ck_evidence_{name}"), "evidence", check)


def operation_retries() -> None:
    op.create_table(
        "operation_retries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("op_sha256", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("retried_by", sa.Uuid(), nullable=False),
        sa.Column("retried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('applied', 'conflict', 'waiting_for_parent', 'quarantined')", name=op.f("ck_operation_retries_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "op_id", "op_sha256"],
            ["sync_operations.person_id", "sync_operations.op_id", "sync_operations.op_sha256"],
            name=op.f("fk_operation_retries_person_id_op_id_op_sha256"),
        ),
        sa.ForeignKeyConstraint(["retried_by"], ["people.id"], name=op.f("fk_operation_retries_retried_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_retries")),
    )
    op.create_index(op.f("ix_operation_retries_person_id_op_id_op_sha256"), "operation_retries", ["person_id", "op_id", "op_sha256"])
    op.create_index(op.f("ix_operation_retries_retried_by"), "operation_retries", ["retried_by"])
    op.create_index("ix_operation_retries_grid_path", "operation_retries", ["grid_path"], postgresql_using="gist")
    op.create_index("ix_operation_retries_person_id_retried_at", "operation_retries", ["person_id", "retried_at"])


def downgrade() -> None:
    raise NotImplementedError("what came as sound and picture has no place in the schema before")
