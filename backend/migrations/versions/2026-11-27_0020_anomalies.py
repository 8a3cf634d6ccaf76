"""anomalies"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0020_anomalies"
down_revision = "0019_field_day"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_evidence_original_sha256", "evidence", ["original_sha256"])
    op.create_table(
        "photo_hashes",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("dhash", sa.BigInteger(), nullable=True),
        *(sa.Column(f"quarter_{n}", sa.Integer(), nullable=True) for n in range(1, 5)),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_photo_hashes_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_photo_hashes")),
    )
    for n in range(1, 5):
        op.create_index(f"ix_photo_hashes_quarter_{n}", "photo_hashes", [f"quarter_{n}"], postgresql_where=sa.text("dhash is not null"))
    op.create_table(
        "photo_hashes_due",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_photo_hashes_due_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_photo_hashes_due")),
    )
    op.create_index("ix_photo_hashes_due_noted_at", "photo_hashes_due", ["noted_at"])
    op.create_table(
        "anomaly_days_due",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_anomaly_days_due_person_id")),
        sa.PrimaryKeyConstraint("person_id", "on_day", name=op.f("pk_anomaly_days_due")),
    )
    op.create_index("ix_anomaly_days_due_noted_at", "anomaly_days_due", ["noted_at"])
    op.create_table(
        "anomalies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("conclusion", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("subject_kind in ('check_in', 'visit', 'evidence')", name=op.f("ck_anomalies_subject_kind")),
        sa.CheckConstraint("conclusion in ('explained', 'confirmed')", name=op.f("ck_anomalies_conclusion")),
        sa.CheckConstraint("score between 1 and 100", name=op.f("ck_anomalies_score")),
        sa.CheckConstraint("(conclusion is null) = (reviewed_at is null)", name=op.f("ck_anomalies_reviewed")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_anomalies_{column}"))
            for column, table in (("person_id", "people"), ("employer_id", "employers"), ("reviewed_by", "people"), ("grid_id", "grids"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomalies")),
    )
    op.create_index("uq_anomalies_subject_id", "anomalies", ["subject_id"], unique=True)
    op.create_index("ix_anomalies_person_id_on_day", "anomalies", ["person_id", "on_day"])
    op.create_index("ix_anomalies_grid_path", "anomalies", ["grid_path"], postgresql_using="gist")
    op.create_index("ix_anomalies_open", "anomalies", ["score", "happened_at"], postgresql_where=sa.text("conclusion is null"))
    op.create_index("ix_anomalies_happened_at", "anomalies", ["happened_at"])
    op.create_index("ix_anomalies_reviewed_by", "anomalies", ["reviewed_by"])
    op.create_index("ix_anomalies_employer_id", "anomalies", ["employer_id"])
    op.create_index("ix_anomalies_grid_id", "anomalies", ["grid_id"])
    run_script(SQL / "0011_anomalies.sql")


def downgrade() -> None:
    for trigger, table in (
        ("sync_operations_inserted_note_day", "sync_operations"), ("sync_operations_updated_note_day", "sync_operations"),
        ("employers_moved_move_anomalies", "employers"), ("evidence_arrived_note_photo", "evidence"),
    ):  # fmt: skip
        op.execute(f"drop trigger {trigger} on {table}")
    for function in (
        "note_anomaly_days()", "note_photo_arrived()", "keep_photo_hash(uuid, bigint)", "photos_due(int)", "take_anomaly_day()",
        "anomaly_observations(uuid, date)", "quarter_and_near(int)", "keep_anomalies(uuid, date, timestamptz, jsonb)",
        "new_reasons(jsonb, jsonb)", "anomalies_move()",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    for table in ("anomalies", "anomaly_days_due", "photo_hashes_due", "photo_hashes"):
        op.drop_table(table)
    op.drop_index("ix_evidence_original_sha256", "evidence")
    op.execute("delete from role_rights where right_code like 'anomaly.%'")
    op.execute("delete from rights where code like 'anomaly.%'")
    op.execute("delete from policies where key like 'anomaly_%'")
