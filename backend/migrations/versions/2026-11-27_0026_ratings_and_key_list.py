"""ratings and key list"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0026_ratings_and_key_list"
down_revision = "0025_registry_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    signals()
    key_list()
    ratings()
    for part in ("signals", "key_list", "ratings"):
        run_script(SQL / f"0017_{part}.sql")


def signals() -> None:
    op.create_table(
        "rating_aspects",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("from_findings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rating_aspects")),
    )
    op.create_table(
        "signal_kinds",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("aspect", sa.String(), nullable=True),
        sa.Column("is_lasting", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_violation", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("from_findings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("from_incidents", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["aspect"], ["rating_aspects.code"], name=op.f("fk_signal_kinds_aspect")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_signal_kinds")),
    )
    op.create_index(op.f("ix_signal_kinds_aspect"), "signal_kinds", ["aspect"], unique=False)
    op.create_table(
        "employer_signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("aspect", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_note", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("source in ('desk', 'visit', 'incident', 'import')", name=op.f("ck_employer_signals_source")),
        sa.CheckConstraint("(until is null) = (ended_by is null)", name=op.f("ck_employer_signals_ended")),
        sa.CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name=op.f("ck_employer_signals_withdrawn")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_employer_signals_amount")),
        sa.CheckConstraint("people between 0 and 1000000", name=op.f("ck_employer_signals_people")),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_employer_signals_days")),
        sa.ForeignKeyConstraint(["aspect"], ["rating_aspects.code"], name=op.f("fk_employer_signals_aspect")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_employer_signals_employer_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_employer_signals_ended_by")),
        sa.ForeignKeyConstraint(["kind"], ["signal_kinds.code"], name=op.f("fk_employer_signals_kind")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_employer_signals_recorded_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name=op.f("fk_employer_signals_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_signals")),
    )
    op.create_index(op.f("ix_employer_signals_aspect"), "employer_signals", ["aspect"], unique=False)
    op.create_index("ix_employer_signals_employer_id_since", "employer_signals", ["employer_id", "since"], unique=False)
    op.create_index(op.f("ix_employer_signals_ended_by"), "employer_signals", ["ended_by"], unique=False)
    op.create_index("ix_employer_signals_grid_path", "employer_signals", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_employer_signals_kind"), "employer_signals", ["kind"], unique=False)
    op.create_index(op.f("ix_employer_signals_recorded_by"), "employer_signals", ["recorded_by"], unique=False)
    op.create_index(op.f("ix_employer_signals_withdrawn_by"), "employer_signals", ["withdrawn_by"], unique=False)
    op.create_index("uq_employer_signals_source_id_kind", "employer_signals", ["source_id", "kind"], unique=True)


def key_list() -> None:
    op.create_table(
        "key_list_rules",
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("notice_item", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("must_acknowledge", sa.Boolean(), nullable=False),
        sa.Column("params", postgresql.JSONB(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("reading_zh", sa.String(), nullable=False),
        sa.Column("reading_en", sa.String(), nullable=False),
        sa.Column("leaves_zh", sa.String(), nullable=False),
        sa.Column("leaves_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("criterion", "valid_from", name=op.f("pk_key_list_rules")),
    )
    op.create_table(
        "key_list_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("rule_from", sa.Date(), nullable=False),
        sa.Column("must_acknowledge", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_why", sa.String(), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("left_why in ('condition_ended', 'rule_ended', 'file_returned')", name=op.f("ck_key_list_entries_left_why")),
        sa.CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name=op.f("ck_key_list_entries_acknowledged")),
        sa.CheckConstraint("(left_on is null) = (left_why is null)", name=op.f("ck_key_list_entries_left")),
        sa.CheckConstraint("left_on is null or left_on >= entered_on", name=op.f("ck_key_list_entries_days")),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name=op.f("fk_key_list_entries_acknowledged_by")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_key_list_entries_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_list_entries")),
    )
    op.create_index(op.f("ix_key_list_entries_acknowledged_by"), "key_list_entries", ["acknowledged_by"], unique=False)
    op.create_index("ix_key_list_entries_employer_id_entered_on", "key_list_entries", ["employer_id", "entered_on"], unique=False)
    op.create_index("ix_key_list_entries_entered_on", "key_list_entries", ["entered_on", "id"], unique=False)
    op.create_index("ix_key_list_entries_grid_path", "key_list_entries", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_key_list_entries_waiting",
        "key_list_entries",
        ["entered_on"],
        unique=False,
        postgresql_where=sa.text("left_on is null and acknowledged_at is null and must_acknowledge"),
    )
    op.create_index(
        "uq_key_list_entries_open",
        "key_list_entries",
        ["employer_id", "criterion"],
        unique=True,
        postgresql_where=sa.text("left_on is null"),
    )
    op.create_table(
        "key_list_due",
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_key_list_due_employer_id")),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_key_list_due")),
    )
    op.create_index("ix_key_list_due_noted_at", "key_list_due", ["noted_at"], unique=False)
    op.create_table(
        "key_list_sweeps",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("on_day", name=op.f("pk_key_list_sweeps")),
    )


def ratings() -> None:
    op.create_table(
        "rating_scales",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("grades", postgresql.JSONB(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rating_scales")),
    )
    op.create_index("uq_rating_scales_valid_from", "rating_scales", ["valid_from"], unique=True)
    op.create_table(
        "inspection_caps",
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("per_year", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.CheckConstraint("confidence in ('high', 'medium', 'low')", name=op.f("ck_inspection_caps_confidence")),
        sa.CheckConstraint("kind in ('routine', 'special')", name=op.f("ck_inspection_caps_kind")),
        sa.CheckConstraint("per_year >= 0", name=op.f("ck_inspection_caps_per_year")),
        sa.PrimaryKeyConstraint("grade", "kind", "valid_from", name=op.f("pk_inspection_caps")),
    )
    op.create_table(
        "rating_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("task_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("task_by", sa.Uuid(), nullable=False),
        sa.Column("accept_grades", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint(
            "state in ('proposing', 'reviewing', 'accepting', 'publishing', 'published')", name=op.f("ck_rating_rounds_state")
        ),
        sa.CheckConstraint("year between 2000 and 2200", name=op.f("ck_rating_rounds_year")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_rating_rounds_grid_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_rating_rounds_made_by")),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name=op.f("fk_rating_rounds_published_by")),
        sa.ForeignKeyConstraint(["scale"], ["rating_scales.code"], name=op.f("fk_rating_rounds_scale")),
        sa.ForeignKeyConstraint(["task_by"], ["people.id"], name=op.f("fk_rating_rounds_task_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_rounds")),
    )
    op.create_index("ix_rating_rounds_grid_path", "rating_rounds", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_rating_rounds_made_by"), "rating_rounds", ["made_by"], unique=False)
    op.create_index(op.f("ix_rating_rounds_published_by"), "rating_rounds", ["published_by"], unique=False)
    op.create_index(op.f("ix_rating_rounds_scale"), "rating_rounds", ["scale"], unique=False)
    op.create_index(op.f("ix_rating_rounds_task_by"), "rating_rounds", ["task_by"], unique=False)
    op.create_index(
        "ix_rating_rounds_working",
        "rating_rounds",
        ["task_at"],
        unique=False,
        postgresql_where=sa.text("state in ('proposing', 'accepting', 'publishing')"),
    )
    op.create_index("uq_rating_rounds_grid_id_year", "rating_rounds", ["grid_id", "year"], unique=True)
    op.create_table(
        "ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("proposed_grade", sa.String(), nullable=False),
        sa.Column("aspects", postgresql.JSONB(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("(state = 'proposed') = (grade is null)", name=op.f("ck_ratings_grade")),
        sa.CheckConstraint("(state = 'published') = (published_on is not null)", name=op.f("ck_ratings_published")),
        sa.CheckConstraint("state in ('proposed', 'reviewed', 'published')", name=op.f("ck_ratings_state")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_ratings_employer_id")),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name=op.f("fk_ratings_published_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["people.id"], name=op.f("fk_ratings_reviewed_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rating_rounds.id"], name=op.f("fk_ratings_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
    )
    op.create_index("ix_ratings_grid_path", "ratings", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_ratings_published_by"), "ratings", ["published_by"], unique=False)
    op.create_index(op.f("ix_ratings_reviewed_by"), "ratings", ["reviewed_by"], unique=False)
    op.create_index("ix_ratings_round_id_state_employer_id", "ratings", ["round_id", "state", "employer_id"], unique=False)
    op.create_index("uq_ratings_employer_id_year", "ratings", ["employer_id", "year"], unique=True)
    op.create_table(
        "rating_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rating_id", sa.Uuid(), nullable=False),
        sa.Column("from_grade", sa.String(), nullable=False),
        sa.Column("to_grade", sa.String(), nullable=False),
        sa.Column("was_published", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_rating_changes_made_by")),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_rating_changes_rating_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_changes")),
    )
    op.create_index("ix_rating_changes_grid_path", "rating_changes", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_rating_changes_made_by"), "rating_changes", ["made_by"], unique=False)
    op.create_index("ix_rating_changes_rating_id_made_at", "rating_changes", ["rating_id", "made_at"], unique=False)
    op.create_table(
        "rating_objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rating_id", sa.Uuid(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("grounds", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("new_grade", sa.String(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("decision in ('upheld', 'rejected')", name=op.f("ck_rating_objections_decision")),
        sa.CheckConstraint(
            "(decision is null) = (decided_at is null) and (decided_at is null) = (decided_by is null)",
            name=op.f("ck_rating_objections_decided"),
        ),
        sa.CheckConstraint("due_on >= filed_on", name=op.f("ck_rating_objections_days")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_rating_objections_decided_by")),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_rating_objections_rating_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_rating_objections_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_objections")),
    )
    op.create_index(op.f("ix_rating_objections_decided_by"), "rating_objections", ["decided_by"], unique=False)
    op.create_index(
        "ix_rating_objections_due_on", "rating_objections", ["due_on"], unique=False, postgresql_where=sa.text("decision is null")
    )
    op.create_index("ix_rating_objections_grid_path", "rating_objections", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_rating_objections_rating_id", "rating_objections", ["rating_id"], unique=False)
    op.create_index(op.f("ix_rating_objections_recorded_by"), "rating_objections", ["recorded_by"], unique=False)
    op.create_index(
        "uq_rating_objections_open", "rating_objections", ["rating_id"], unique=True, postgresql_where=sa.text("decision is null")
    )


def downgrade() -> None:
    for trigger, table in (
        ("findings_inserted_to_signals", "findings"), ("incidents_inserted_to_signals", "incidents"),
        ("employers_inserted_note_key_list_due", "employers"), ("employers_updated_note_key_list_due", "employers"),
        ("employers_moved_move_standing", "employers"),
    ):  # fmt: skip
        op.execute(f"drop trigger {trigger} on {table}")
    for table in (
        "rating_objections", "rating_changes", "ratings", "rating_rounds", "inspection_caps", "rating_scales", "key_list_sweeps",
        "key_list_due", "key_list_entries", "key_list_rules", "employer_signals", "signal_kinds", "rating_aspects",
    ):  # fmt: skip
        op.execute(f"drop table {table} cascade")
    for function in (
        "findings_to_signals()", "incidents_to_signals()", "grade_rank(text, date)", "key_list_holds(uuid[], date)",
        "key_list_differs(uuid[], date)", "key_list_evaluate(uuid[], date)", "key_list_to_employers()", "key_list_left_to_employers()",
        "note_key_list_due()", "key_list_take_due(int)", "key_list_look_at(uuid)", "key_list_sweep_next(int)",
        "inspection_cap(text, text, date)", "rating_propose(uuid, uuid[])", "rating_round_next(int)", "ratings_to_employers()",
        "standing_moves()",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    op.execute("delete from role_rights where right_code like 'rating.%' or right_code like 'key_list.%' or right_code = 'signal.record'")
    op.execute("delete from rights where code like 'rating.%' or code like 'key_list.%' or code = 'signal.record'")
    op.execute("delete from policies where key like 'rating_%' or key like 'key_list_%'")
    op.execute("update employers set grade = null, on_key_list = false")
