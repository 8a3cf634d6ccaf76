"""employer files"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0024_employer_files"
down_revision = "0023_base_maps"
branch_labels = None
depends_on = None

TABLES = ("employer_merges", "employer_conflicts", "employer_versions", "employer_edits", "employer_surveys", "employer_forms")


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(), nullable=nullable)


def _moment(name: str, *, now: bool = False, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()") if now else None, nullable=nullable)


def _path() -> sa.Column[object]:
    return sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False)


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))  # keep the order
        for column, other in columns.items()
    ]


def upgrade() -> None:
    op.add_column("employers", sa.Column("system_no", sa.String(), nullable=True))
    op.add_column("employers", sa.Column("source", sa.String(), nullable=True))
    op.alter_column("employers", "source", server_default=sa.text("nullif(current_setting('wangge.change_source', true), '')"))
    op.add_column("employers", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_employers_merged_into"), "employers", "employers", ["merged_into"], ["id"])
    op.create_index("ix_employers_merged_into", "employers", ["merged_into"])
    op.create_index("uq_employers_system_no", "employers", ["system_no"], unique=True, postgresql_where=sa.text("system_no is not null"))
    op.create_table(
        "employer_forms",
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        _json("answers"),
        _json("problems"),
        sa.Column("errors", sa.Integer(), nullable=False),
        _json("disputed"),
        sa.Column("filled_on", sa.Date(), nullable=True),
        _moment("updated_at", now=True),
        _path(),
        sa.CheckConstraint("jsonb_typeof(answers) = 'object'", name=op.f("ck_employer_forms_answers")),
        *_keys("employer_forms", employer_id="employers"),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_employer_forms")),
    )
    op.create_index(
        "ix_employer_forms_parent_uscc", "employer_forms", [sa.text("(answers ->> 'parent_uscc')")],
        postgresql_where=sa.text("answers ? 'parent_uscc'"),
    )  # fmt: skip
    op.create_table(
        "employer_surveys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("filled_on", sa.Date(), nullable=False),
        sa.Column("filler", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        _json("answers"),
        _json("kept"),
        _json("problems"),
        _moment("captured_at"),
        _moment("received_at", now=True),
        _path(),
        *_keys("employer_surveys", employer_id="employers", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_surveys")),
    )
    op.create_index("ix_employer_surveys_employer_id_filled_on", "employer_surveys", ["employer_id", "filled_on"])
    op.create_index("ix_employer_surveys_person_id", "employer_surveys", ["person_id"])
    op.create_table(
        "employer_edits",
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("edit_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        _json("value", nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("arrived_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("store_seq", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        _moment("happened_at"),
        _moment("received_at", now=True),
        _path(),
        sa.CheckConstraint("origin in ('phone', 'desk', 'restore', 'merge', 'resolution')", name=op.f("ck_employer_edits_origin")),
        *_keys("employer_edits", employer_id="employers", person_id="people"),
        sa.PrimaryKeyConstraint("op_id", "field", name=op.f("pk_employer_edits")),
    )
    op.create_index("ix_employer_edits_employer_id_field", "employer_edits", ["employer_id", "field", "arrived_version"])
    op.create_index("ix_employer_edits_person_id", "employer_edits", ["person_id"])
    op.create_table(
        "employer_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("changed_at", now=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        _json("changes"),
        _path(),
        *_keys("employer_versions", employer_id="employers", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_versions")),
    )
    op.create_index("ix_employer_versions_employer_id_version", "employer_versions", ["employer_id", "version"])
    op.create_index("ix_employer_versions_person_id", "employer_versions", ["person_id"])
    op.create_table(
        "employer_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        _json("candidates"),
        _moment("opened_at", now=True),
        _moment("updated_at", now=True),
        _moment("resolved_at", nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        _json("chosen", nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _path(),
        sa.CheckConstraint("(resolved_at is null) = (reason is null)", name=op.f("ck_employer_conflicts_resolved")),
        *_keys("employer_conflicts", employer_id="employers", resolved_by="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_conflicts")),
    )
    op.create_index(
        "uq_employer_conflicts_open", "employer_conflicts", ["employer_id", "field"], unique=True,
        postgresql_where=sa.text("resolved_at is null"),
    )  # fmt: skip
    op.create_index("ix_employer_conflicts_employer_id", "employer_conflicts", ["employer_id"])
    op.create_index("ix_employer_conflicts_resolved_by", "employer_conflicts", ["resolved_by"])
    op.create_index("ix_employer_conflicts_grid_path", "employer_conflicts", ["grid_path"], postgresql_using="gist")
    op.create_index("ix_employer_conflicts_waiting", "employer_conflicts", ["opened_at"], postgresql_where=sa.text("resolved_at is null"))
    op.create_index("ix_employer_conflicts_opened_at", "employer_conflicts", ["opened_at"])
    op.create_table(
        "employer_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _moment("merged_at", now=True),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        _json("before"),
        _json("values_taken"),
        _moment("undone_at", nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undo_reason", sa.String(), nullable=False),
        _path(),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_employer_merges_two_files")),
        sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name=op.f("ck_employer_merges_undone")),
        *_keys("employer_merges", kept_id="employers", merged_id="employers", merged_by="people", undone_by="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_merges")),
    )
    op.create_index(
        "uq_employer_merges_standing", "employer_merges", ["merged_id"], unique=True, postgresql_where=sa.text("undone_at is null")
    )
    for column in ("kept_id", "merged_id", "merged_by", "undone_by"):
        op.create_index(f"ix_employer_merges_{column}", "employer_merges", [column])
    run_script(SQL / "0015_employer_files.sql")
    run_script(SQL / "0015_employer_files_access.sql")


def downgrade() -> None:
    for trigger in (
        "employers_0_keep_version", "employers_changed_log", "employers_given_number", "employers_moved_move_files",
        "employers_visited_pass_on",
    ):  # fmt: skip
        op.execute(f"drop trigger {trigger} on employers")
    for table in TABLES:
        op.drop_table(table)
    for function in (
        "employers_keep_version()", "employers_log_change()", "employers_give_number()", "employers_move_files()",
        "employers_pass_on_visit()", "employer_forms_log_change()", "employer_forms_complete()",
        "employer_file_state(uuid, text[], date)", "write_employer_file(uuid, date, jsonb)",
        "merge_employers(uuid, uuid, uuid, text, jsonb)",
        "unmerge_employers(uuid, text)", "employer_is_complete(employers)", "employer_fields(employers)", "may_write_file(uuid, date)",
        "json_difference(jsonb, jsonb)", "change_source()",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    op.execute("drop sequence employer_system_no")
    op.execute("delete from role_rights where right_code in ('employer.edit', 'employer.merge', 'conflict.read', 'conflict.resolve')")
    op.execute("delete from rights where code in ('employer.edit', 'employer.merge', 'conflict.read', 'conflict.resolve')")
    op.execute("delete from policies where key like 'survey_%'")
    op.drop_index("uq_employers_system_no", "employers")
    op.drop_index("ix_employers_merged_into", "employers")
    op.drop_constraint("fk_employers_merged_into", "employers")
    for column in ("merged_into", "source", "system_no"):
        op.drop_column("employers", column)
