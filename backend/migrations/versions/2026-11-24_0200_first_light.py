"""first light"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"
STEPS = ("0001_context", "0001_grids", "0001_feed", "0001_access", "0001_seed")

revision = "0001_first_light"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for extension in ("postgis", "ltree", "pg_trgm", "btree_gist", "pgcrypto"):
        op.execute(f"create extension if not exists {extension}")
    op.execute("set local check_function_bodies = off")
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
    op.create_index("ix_audit_log_person_id", "audit_log", ["person_id", "at"], unique=False)
    op.create_index("ix_audit_log_subject_id", "audit_log", ["subject_id"], unique=False)
    op.create_table(
        "sign_in_attempts",
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", "minute", name=op.f("pk_sign_in_attempts")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("login", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_failed_at"), "sign_in_failures", ["failed_at"], unique=False)
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tx", sa.BigInteger(), server_default=sa.text("(pg_current_xact_id()::text::bigint)"), nullable=False),
        sa.Column("channel", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_channel_tx_seq", "changes", ["channel", "tx", "seq"], unique=False)
    op.create_table(
        "feed",
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_feed")),
    )
    op.create_geospatial_table(
        "grids",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("division_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "label",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("ST_IsValid(geom)", name=op.f("ck_grids_geom_valid")),
        sa.CheckConstraint("level between 1 and 4", name=op.f("ck_grids_level")),
        sa.CheckConstraint("nlevel(path) = level", name=op.f("ck_grids_path_depth")),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_grids_validity")),
        sa.ForeignKeyConstraint(["parent_id"], ["grids.id"], name=op.f("fk_grids_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grids")),
    )
    op.create_geospatial_index("idx_grids_geom", "grids", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={})
    op.create_index(op.f("ix_grids_parent_id"), "grids", ["parent_id"], unique=False)
    op.create_index("ix_grids_path", "grids", ["path"], unique=False)
    op.create_index("ix_grids_path_gist", "grids", ["path"], unique=False, postgresql_using="gist")
    op.create_index("uq_grids_code_current", "grids", ["code"], unique=True, postgresql_where=sa.text("valid_to is null"))
    op.create_table(
        "policies",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("key", "valid_from", name=op.f("pk_policies")),
    )
    op.create_table(
        "role_rights",
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("right_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("role", "right_code", name=op.f("pk_role_rights")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("kind in ('command_centre', 'county', 'zone', 'street', 'community')", name=op.f("ck_units_kind")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_units_grid_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
    )
    op.create_index(op.f("ix_units_grid_id"), "units", ["grid_id"], unique=False)
    op.create_index("ix_units_grid_path", "units", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_units_parent_id"), "units", ["parent_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint(
            "kind in ('staff', 'full_time_inspector', 'part_time_inspector', 'legal_supervisor')",
            name=op.f("ck_people_kind"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_people_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index("ix_people_grid_path", "people", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_people_name_trgm",
        "people",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_people_unit_id"), "people", ["unit_id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("login", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
        sa.UniqueConstraint("person_id", name=op.f("uq_accounts_person_id")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("role in ('city', 'county', 'street', 'community')", name=op.f("ck_appointments_role")),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_appointments_validity")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appointments_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_appointments_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_person_id"), "appointments", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointments_unit_id"), "appointments", ["unit_id"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("duty", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_duties_validity")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_duties_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_duties_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index("ix_duties_grid_id_valid_from", "duties", ["grid_id", "valid_from"], unique=False)
    op.create_index("ix_duties_person_id_valid_from", "duties", ["person_id", "valid_from"], unique=False)
    op.create_geospatial_table(
        "employers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uscc", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("no_uscc_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column(
            "position",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("position_source", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("grid_source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("review_state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("review_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grid_source in ('position', 'declared', 'none')", name=op.f("ck_employers_grid_source")),
        sa.CheckConstraint("review_state in ('accepted', 'waiting_review', 'returned')", name=op.f("ck_employers_review_state")),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("ck_employers_accuracy")),
        sa.CheckConstraint("employees >= 0", name=op.f("ck_employers_employees")),
        sa.ForeignKeyConstraint(["duplicate_of"], ["employers.id"], name=op.f("fk_employers_duplicate_of")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_employers_grid_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["people.id"], name=op.f("fk_employers_registered_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["people.id"], name=op.f("fk_employers_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers")),
    )
    op.create_geospatial_index(
        "idx_employers_position", "employers", ["position"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_employers_duplicate_of"), "employers", ["duplicate_of"], unique=False)
    op.create_index("ix_employers_grid_id_last_visited_at", "employers", ["grid_id", "last_visited_at"], unique=False)
    op.create_index("ix_employers_grid_path", "employers", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_employers_grid_path_name_id", "employers", ["grid_path", "name", "id"], unique=False)
    op.create_index("ix_employers_name_id", "employers", ["name", "id"], unique=False)
    op.create_index(
        "ix_employers_name_trgm",
        "employers",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_employers_never_visited",
        "employers",
        ["grid_id"],
        unique=False,
        postgresql_where=sa.text("last_visited_at is null"),
    )
    op.create_index("ix_employers_outside", "employers", ["id"], unique=False, postgresql_where=sa.text("grid_source <> 'position'"))
    op.create_index(op.f("ix_employers_registered_by"), "employers", ["registered_by"], unique=False)
    op.create_index(op.f("ix_employers_reviewed_by"), "employers", ["reviewed_by"], unique=False)
    op.create_index("ix_employers_uscc", "employers", ["uscc"], unique=False)
    op.create_index(
        "ix_employers_waiting",
        "employers",
        ["registered_at"],
        unique=False,
        postgresql_where=sa.text("review_state = 'waiting_review'"),
    )
    op.create_index(
        "uq_employers_uscc_accepted",
        "employers",
        ["uscc"],
        unique=True,
        postgresql_where=sa.text("review_state = 'accepted'"),
    )
    op.create_table(
        "patrols",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status in ('planned', 'started', 'finished', 'cancelled')", name=op.f("ck_patrols_status")),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name=op.f("fk_patrols_assignee_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_patrols_grid_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["people.id"], name=op.f("fk_patrols_planned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrols")),
    )
    op.create_index("ix_patrols_assignee_id_planned_on", "patrols", ["assignee_id", "planned_on"], unique=False)
    op.create_index(op.f("ix_patrols_grid_id"), "patrols", ["grid_id"], unique=False)
    op.create_index("ix_patrols_grid_path", "patrols", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_patrols_planned_by"), "patrols", ["planned_by"], unique=False)
    op.create_index("ix_patrols_planned_on", "patrols", ["planned_on"], unique=False)
    op.create_table(
        "sync_operations",
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("op_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("waiting_for", sa.Uuid(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('applied', 'conflict', 'waiting_for_parent', 'quarantined')",
            name=op.f("ck_sync_operations_outcome"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sync_operations_person_id")),
        sa.PrimaryKeyConstraint("person_id", "op_id", "op_sha256", name=op.f("pk_sync_operations")),
    )
    op.create_index("ix_sync_operations_grid_path", "sync_operations", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_sync_operations_open",
        "sync_operations",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("outcome <> 'applied'"),
    )
    op.create_index("ix_sync_operations_person_id", "sync_operations", ["person_id", "received_at"], unique=False)
    op.create_index(
        "ix_sync_operations_waiting_for",
        "sync_operations",
        ["waiting_for"],
        unique=False,
        postgresql_where=sa.text("outcome = 'waiting_for_parent'"),
    )
    op.create_geospatial_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=True),
        sa.Column(
            "position",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("age_s", sa.Float(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("is_on_site", sa.Boolean(), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("ck_check_ins_accuracy")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_check_ins_employer_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_check_ins_grid_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name=op.f("fk_check_ins_patrol_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_check_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_geospatial_index(
        "idx_check_ins_position", "check_ins", ["position"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_check_ins_happened_at", "check_ins", ["happened_at"], unique=False)
    op.create_index(op.f("ix_check_ins_employer_id"), "check_ins", ["employer_id"], unique=False)
    op.create_index(op.f("ix_check_ins_grid_id"), "check_ins", ["grid_id"], unique=False)
    op.create_index("ix_check_ins_grid_path", "check_ins", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_check_ins_patrol_id"), "check_ins", ["patrol_id"], unique=False)
    op.create_index(op.f("ix_check_ins_person_id"), "check_ins", ["person_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_devices_account_id")),
        sa.PrimaryKeyConstraint("id", "account_id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_account_id"), "devices", ["account_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("copy_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("copy_bytes", sa.BigInteger(), nullable=False),
        sa.Column("copy_width", sa.Integer(), nullable=False),
        sa.Column("copy_height", sa.Integer(), nullable=False),
        sa.Column("copy_state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("original_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("original_bytes", sa.BigInteger(), nullable=False),
        sa.Column("original_state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thumbnail_state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("problem", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("copy_sha256 ~ '^[0-9a-f]{64}$' and original_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_evidence_sha256")),
        sa.CheckConstraint("copy_state in ('expected', 'stored', 'refused')", name=op.f("ck_evidence_copy_state")),
        sa.CheckConstraint("original_state in ('expected', 'stored', 'refused')", name=op.f("ck_evidence_original_state")),
        sa.CheckConstraint("source in ('camera', 'gallery')", name=op.f("ck_evidence_source")),
        sa.CheckConstraint("subject_kind in ('visit', 'employer', 'check_in')", name=op.f("ck_evidence_subject_kind")),
        sa.CheckConstraint("copy_bytes > 0 and original_bytes > 0", name=op.f("ck_evidence_bytes")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_evidence_employer_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_evidence_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_evidence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_employer_id"), "evidence", ["employer_id"], unique=False)
    op.create_index(op.f("ix_evidence_grid_id"), "evidence", ["grid_id"], unique=False)
    op.create_index("ix_evidence_grid_path", "evidence", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_evidence_person_id"), "evidence", ["person_id"], unique=False)
    op.create_index("ix_evidence_subject_id", "evidence", ["subject_id"], unique=False)
    op.create_index(
        "ix_evidence_thumbnail_due",
        "evidence",
        ["stored_at"],
        unique=False,
        postgresql_where=sa.text("thumbnail_state = 'due'"),
    )
    op.create_table(
        "patrol_stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("status in ('planned', 'visited', 'skipped')", name=op.f("ck_patrol_stops_status")),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name=op.f("fk_patrol_stops_assignee_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_patrol_stops_employer_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name=op.f("fk_patrol_stops_patrol_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_stops")),
        sa.UniqueConstraint("patrol_id", "employer_id", name=op.f("uq_patrol_stops_patrol_id_employer_id")),
    )
    op.create_index("ix_patrol_stops_assignee_id", "patrol_stops", ["assignee_id", "is_open"], unique=False)
    op.create_index(op.f("ix_patrol_stops_employer_id"), "patrol_stops", ["employer_id"], unique=False)
    op.create_index("ix_patrol_stops_grid_path", "patrol_stops", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("fk_sessions_appointment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sessions_token_sha256")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)
    op.create_index(op.f("ix_sessions_appointment_id"), "sessions", ["appointment_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("part", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("part in ('copy', 'original')", name=op.f("ck_uploads_part")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_uploads_evidence_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_uploads_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_created_at"), "uploads", ["created_at"], unique=False)
    op.create_index(op.f("ix_uploads_evidence_id"), "uploads", ["evidence_id"], unique=False)
    op.create_index(op.f("ix_uploads_person_id"), "uploads", ["person_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=True),
        sa.Column("check_in_id", sa.Uuid(), nullable=True),
        sa.Column("activities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("people_met", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("evidence_expected", sa.Integer(), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_ins.id"], name=op.f("fk_visits_check_in_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_visits_employer_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_visits_grid_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name=op.f("fk_visits_patrol_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_visits_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_happened_at", "visits", ["happened_at"], unique=False)
    op.create_index(op.f("ix_visits_check_in_id"), "visits", ["check_in_id"], unique=False)
    op.create_index("ix_visits_employer_id_happened_at", "visits", ["employer_id", "happened_at"], unique=False)
    op.create_index(op.f("ix_visits_grid_id"), "visits", ["grid_id"], unique=False)
    op.create_index("ix_visits_grid_path", "visits", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_visits_patrol_id"), "visits", ["patrol_id"], unique=False)
    op.create_index(op.f("ix_visits_person_id"), "visits", ["person_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("severity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint(
            "kind in ('no_contract', 'wage_arrears', 'no_insurance', 'overtime', 'child_labour', 'no_ledger', 'other')",
            name=op.f("ck_findings_kind"),
        ),
        sa.CheckConstraint("severity in ('note', 'minor', 'major')", name=op.f("ck_findings_severity")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_findings_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_grid_path", "findings", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_findings_visit_id"), "findings", ["visit_id"], unique=False)
    for step in STEPS:
        run_script(SQL / f"{step}.sql")


def downgrade() -> None:
    raise NotImplementedError("the first migration is not undone: drop the database instead")
