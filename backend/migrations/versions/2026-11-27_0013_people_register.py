"""people register"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"
STEPS = ("0005_people", "0005_certificates", "0005_hand_over", "0005_sign_in", "0005_access", "0005_seed")

revision = "0013_people_register"
down_revision = "0010_grids_that_tile"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local check_function_bodies = off")
    op.create_table(
        "certificate_requirements",
        sa.Column("person_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("certificate_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "certificate_kind in ('post_certificate', 'inspector_certificate', 'enforcement_certificate')",
            name=op.f("ck_certificate_requirements_certificate_kind"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_certificate_requirements_validity")),
        sa.PrimaryKeyConstraint("person_kind", "certificate_kind", "valid_from", name=op.f("pk_certificate_requirements")),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issuer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("document_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("document_name", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("document_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_certificates_document_sha256")),
        sa.CheckConstraint(
            "kind in ('post_certificate', 'inspector_certificate', 'enforcement_certificate')", name=op.f("ck_certificates_kind")
        ),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_certificates_validity")),
        sa.CheckConstraint("revoked_on >= issued_on", name=op.f("ck_certificates_revocation")),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_certificates_entered_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_certificates_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("kind", "issuer", "number", name=op.f("uq_certificates_kind_issuer_number")),
    )
    op.create_index(op.f("ix_certificates_entered_by"), "certificates", ["entered_by"], unique=False)
    op.create_index(
        "ix_certificates_expires_on", "certificates", ["expires_on"], unique=False, postgresql_where=sa.text("revoked_on is null")
    )
    op.create_index("ix_certificates_grid_path", "certificates", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_certificates_person_id", "certificates", ["person_id", "kind", "issued_on"], unique=False)
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("cause in ('leaving', 'post_change')", name=op.f("ck_hand_overs_cause")),
        sa.ForeignKeyConstraint(["done_by"], ["people.id"], name=op.f("fk_hand_overs_done_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hand_overs_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
    )
    op.create_index(op.f("ix_hand_overs_done_by"), "hand_overs", ["done_by"], unique=False)
    op.create_index("ix_hand_overs_grid_path", "hand_overs", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_hand_overs_person_id"), "hand_overs", ["person_id"], unique=False)
    op.create_table(
        "people_private",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("id_number", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_people_private_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_people_private")),
        sa.UniqueConstraint("id_number", name=op.f("uq_people_private_id_number")),
    )
    op.create_table(
        "training_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("goal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target_people", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("target_people >= 0", name=op.f("ck_training_plans_target_people")),
        sa.CheckConstraint("year between 2000 and 2100", name=op.f("ck_training_plans_year")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_training_plans_created_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_training_plans_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_plans")),
    )
    op.create_index(op.f("ix_training_plans_created_by"), "training_plans", ["created_by"], unique=False)
    op.create_index("ix_training_plans_grid_path", "training_plans", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_training_plans_unit_id"), "training_plans", ["unit_id"], unique=False)
    op.create_index("ix_training_plans_year", "training_plans", ["year"], unique=False)
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("teacher", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("material_url", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_courses_hours")),
        sa.ForeignKeyConstraint(["plan_id"], ["training_plans.id"], name=op.f("fk_courses_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    op.create_index("ix_courses_grid_path", "courses", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_courses_plan_id"), "courses", ["plan_id"], unique=False)
    op.create_table(
        "exams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("certificate_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pass_mark", sa.Float(), nullable=False),
        sa.Column("full_mark", sa.Float(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "certificate_kind in ('post_certificate', 'inspector_certificate', 'enforcement_certificate')",
            name=op.f("ck_exams_certificate_kind"),
        ),
        sa.CheckConstraint("full_mark > 0 and pass_mark between 0 and full_mark", name=op.f("ck_exams_marks")),
        sa.ForeignKeyConstraint(["plan_id"], ["training_plans.id"], name=op.f("fk_exams_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exams")),
    )
    op.create_index("ix_exams_grid_path", "exams", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_exams_held_on", "exams", ["held_on"], unique=False)
    op.create_index(op.f("ix_exams_plan_id"), "exams", ["plan_id"], unique=False)
    op.create_table(
        "hand_over_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hand_over_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("(outcome = 'moved') = (receiver_id is not null)", name=op.f("ck_hand_over_items_receiver")),
        sa.CheckConstraint("kind in ('duty', 'patrol')", name=op.f("ck_hand_over_items_kind")),
        sa.CheckConstraint("outcome in ('moved', 'ended', 'cancelled', 'kept')", name=op.f("ck_hand_over_items_outcome")),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_overs.id"], name=op.f("fk_hand_over_items_hand_over_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["people.id"], name=op.f("fk_hand_over_items_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_items")),
    )
    op.create_index("ix_hand_over_items_grid_path", "hand_over_items", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_hand_over_items_hand_over_id"), "hand_over_items", ["hand_over_id"], unique=False)
    op.create_index(op.f("ix_hand_over_items_receiver_id"), "hand_over_items", ["receiver_id"], unique=False)
    op.create_table(
        "exam_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("pass_mark", sa.Float(), nullable=False),
        sa.Column("full_mark", sa.Float(), nullable=False),
        sa.Column("is_passed", sa.Boolean(), sa.Computed("score >= pass_mark", persisted=True), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("score >= 0 and score <= full_mark", name=op.f("ck_exam_results_score")),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.id"], name=op.f("fk_exam_results_certificate_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_exam_results_entered_by")),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name=op.f("fk_exam_results_exam_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_exam_results_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_results")),
        sa.UniqueConstraint("exam_id", "person_id", name=op.f("uq_exam_results_exam_id_person_id")),
    )
    op.create_index(op.f("ix_exam_results_certificate_id"), "exam_results", ["certificate_id"], unique=False)
    op.create_index(op.f("ix_exam_results_entered_by"), "exam_results", ["entered_by"], unique=False)
    op.create_index("ix_exam_results_grid_path", "exam_results", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_exam_results_person_id"), "exam_results", ["person_id"], unique=False)
    op.create_index(
        "ix_exam_results_to_certify",
        "exam_results",
        ["grid_path"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("is_passed and certificate_id is null"),
    )
    op.add_column("appointments", sa.Column("late_until", sa.Date(), nullable=True))
    op.add_column("duties", sa.Column("tasks", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    op.add_column("duties", sa.Column("is_main", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("duties", sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    op.add_column("duties", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_index("ix_duties_grid_path", "duties", ["grid_path"], unique=False, postgresql_using="gist")
    op.add_column("people", sa.Column("name_pinyin", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    op.add_column("people", sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), server_default="nominated", nullable=False))
    op.add_column("people", sa.Column("employee_no", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("people", sa.Column("gender", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("people", sa.Column("birth_year", sa.Integer(), nullable=True))
    op.add_column("people", sa.Column("education", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("people", sa.Column("post", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    op.add_column("people", sa.Column("joined_on", sa.Date(), nullable=True))
    op.add_column("people", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("people", sa.Column("leaving_reason", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    op.add_column("people", sa.Column("nominated_by", sa.Uuid(), nullable=True))
    op.add_column("people", sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("decided_by", sa.Uuid(), nullable=True))
    op.add_column("people", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("decision_reason", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    op.add_column("people", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_index(op.f("ix_people_decided_by"), "people", ["decided_by"], unique=False)
    op.create_index(
        "ix_people_name_pinyin_trgm",
        "people",
        ["name_pinyin"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_pinyin": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_people_nominated_by"), "people", ["nominated_by"], unique=False)
    op.create_unique_constraint(op.f("uq_people_employee_no"), "people", ["employee_no"])
    op.create_foreign_key(op.f("fk_people_decided_by"), "people", "people", ["decided_by"], ["id"])
    op.create_foreign_key(op.f("fk_people_nominated_by"), "people", "people", ["nominated_by"], ["id"])
    op.create_check_constraint(op.f("ck_people_state"), "people", "state in ('nominated', 'approved', 'appointed', 'left', 'rejected')")
    op.create_check_constraint(op.f("ck_people_gender"), "people", "gender in ('female', 'male')")
    op.create_check_constraint(op.f("ck_people_birth_year"), "people", "birth_year between 1900 and 2100")
    op.create_check_constraint(
        op.f("ck_people_education"), "people", "education in ('middle_school', 'high_school', 'college', 'bachelor', 'postgraduate')"
    )
    op.create_check_constraint(op.f("ck_people_days"), "people", "left_on >= joined_on")
    op.execute("insert into people_private (person_id, phone) select id, phone from people where phone <> ''")
    op.execute("update people p set state = 'appointed' where exists (select from appointments a where a.person_id = p.id)")
    op.drop_column("people", "phone")
    for step in STEPS:
        run_script(SQL / f"{step}.sql")


def downgrade() -> None:
    raise NotImplementedError("this migration is not undone: restore the backup instead")
