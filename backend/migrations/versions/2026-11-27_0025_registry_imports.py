"""registry imports"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0025_registry_imports"
down_revision = "0024_employer_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registry_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=True),
        sa.Column("alive_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("applied_by", sa.Uuid(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state in ('reading', 'applying')) = (attempt is not null)", name=op.f("ck_registry_imports_attempt")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_registry_imports_sha256")),
        sa.CheckConstraint("source in ('market_regulation', 'tax', 'social_insurance')", name=op.f("ck_registry_imports_source")),
        sa.CheckConstraint(
            "state in ('reading', 'needs_answer', 'ready', 'applying', 'applied', 'failed', 'withdrawn')",
            name=op.f("ck_registry_imports_state"),
        ),
        sa.ForeignKeyConstraint(["applied_by"], ["people.id"], name=op.f("fk_registry_imports_applied_by")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_registry_imports_grid_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_registry_imports_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_imports")),
    )
    op.create_index(op.f("ix_registry_imports_applied_by"), "registry_imports", ["applied_by"], unique=False)
    op.create_index(op.f("ix_registry_imports_grid_id"), "registry_imports", ["grid_id"], unique=False)
    op.create_index("ix_registry_imports_grid_path", "registry_imports", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_registry_imports_made_at", "registry_imports", ["made_at", "id"], unique=False)
    op.create_index(op.f("ix_registry_imports_made_by"), "registry_imports", ["made_by"], unique=False)
    op.create_index(op.f("ix_registry_imports_sha256"), "registry_imports", ["sha256"], unique=False)
    op.create_index(
        "ix_registry_imports_under_way",
        "registry_imports",
        ["alive_at"],
        unique=False,
        postgresql_where=sa.text("state in ('reading', 'applying')"),
    )
    op.create_index(
        "uq_registry_imports_attempt", "registry_imports", ["attempt"], unique=True, postgresql_where=sa.text("attempt is not null")
    )
    op.create_table(
        "registry_mappings",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("remembered_by", sa.Uuid(), nullable=False),
        sa.Column("remembered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_registry_mappings_grid_id")),
        sa.ForeignKeyConstraint(["remembered_by"], ["people.id"], name=op.f("fk_registry_mappings_remembered_by")),
        sa.PrimaryKeyConstraint("grid_id", "source", "fingerprint", name=op.f("pk_registry_mappings")),
    )
    op.create_index("ix_registry_mappings_grid_path", "registry_mappings", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_registry_mappings_remembered_by"), "registry_mappings", ["remembered_by"], unique=False)
    op.create_table(
        "employer_keys",
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("core", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pinyin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blocks", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_employer_keys_employer_id")),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_employer_keys")),
    )
    op.create_index("ix_employer_keys_blocks", "employer_keys", ["blocks"], unique=False, postgresql_using="gin")
    op.create_table(
        "employer_keys_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_employer_keys_due_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_keys_due")),
    )
    op.create_index(op.f("ix_employer_keys_due_employer_id"), "employer_keys_due", ["employer_id"], unique=False)
    op.create_table(
        "match_candidates",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("subject_kind in ('registry_row', 'sighting')", name=op.f("ck_match_candidates_subject_kind")),
        sa.CheckConstraint("score between 1 and 100", name=op.f("ck_match_candidates_score")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_match_candidates_employer_id")),
        sa.PrimaryKeyConstraint("subject_id", "employer_id", name=op.f("pk_match_candidates")),
    )
    op.create_index(op.f("ix_match_candidates_employer_id"), "match_candidates", ["employer_id"], unique=False)
    op.create_index("ix_match_candidates_grid_path", "match_candidates", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_match_candidates_score", "match_candidates", ["score", "subject_id"], unique=False)
    op.create_table(
        "match_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("filled", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("(verdict = 'different') = (employer_id is null)", name=op.f("ck_match_decisions_employer")),
        sa.CheckConstraint("subject_kind in ('registry_row', 'sighting')", name=op.f("ck_match_decisions_subject_kind")),
        sa.CheckConstraint("verdict in ('same', 'new_file', 'different')", name=op.f("ck_match_decisions_verdict")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_match_decisions_decided_by")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_match_decisions_employer_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["people.id"], name=op.f("fk_match_decisions_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decisions")),
    )
    op.create_index(
        "ix_match_decisions_by_hand",
        "match_decisions",
        ["decided_by", "decided_at"],
        unique=False,
        postgresql_where=sa.text("decided_by is not null"),
    )
    op.create_index("ix_match_decisions_decided_at", "match_decisions", ["decided_at", "id"], unique=False)
    op.create_index(op.f("ix_match_decisions_decided_by"), "match_decisions", ["decided_by"], unique=False)
    op.create_index(op.f("ix_match_decisions_employer_id"), "match_decisions", ["employer_id"], unique=False)
    op.create_index("ix_match_decisions_grid_path", "match_decisions", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_match_decisions_subject_id", "match_decisions", ["subject_id", "decided_at"], unique=False)
    op.create_index(op.f("ix_match_decisions_undone_by"), "match_decisions", ["undone_by"], unique=False)
    op.create_table(
        "registry_chunk_rows",
        sa.Column("attempt", sa.Uuid(), server_default=sa.text("(nullif(current_setting('app.attempt', true), ''))::uuid"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("severity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("row_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uscc", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("registration_no", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("division", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("core", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pinyin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blocks", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("attempt", "number", name=op.f("pk_registry_chunk_rows")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "registry_import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("severity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("row_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uscc", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("registration_no", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("division", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("core", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pinyin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blocks", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("severity in ('error', 'warning', 'none')", name=op.f("ck_registry_import_rows_severity")),
        sa.ForeignKeyConstraint(["import_id"], ["registry_imports.id"], name=op.f("fk_registry_import_rows_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_registry_import_rows")),
    )
    op.create_index("ix_registry_import_rows_grid_path", "registry_import_rows", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_registry_import_rows_key", "registry_import_rows", ["import_id", "row_key"], unique=False)
    op.create_index(
        "ix_registry_import_rows_problems",
        "registry_import_rows",
        ["import_id", "number"],
        unique=False,
        postgresql_where=sa.text("severity <> 'none'"),
    )
    op.create_index(
        "ix_registry_import_rows_to_write",
        "registry_import_rows",
        ["import_id", "number"],
        unique=False,
        postgresql_where=sa.text("severity <> 'error' and not written"),
    )
    op.create_geospatial_table(
        "registry_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("list_grid_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uscc", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("registration_no", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("division", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "position",
            Geometry(geometry_type="POINT", srid=4326, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("position_source", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("geocoded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("grid_source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("matched_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("match_score", sa.Integer(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("core", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pinyin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blocks", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("grid_source in ('position', 'division', 'list')", name=op.f("ck_registry_rows_grid_source")),
        sa.CheckConstraint("matched_by in ('auto', 'person')", name=op.f("ck_registry_rows_matched_by")),
        sa.CheckConstraint("source in ('market_regulation', 'tax', 'social_insurance')", name=op.f("ck_registry_rows_source")),
        sa.CheckConstraint("state in ('open', 'repeated', 'closed', 'gone')", name=op.f("ck_registry_rows_state")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_registry_rows_employer_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_registry_rows_grid_id")),
        sa.ForeignKeyConstraint(["import_id"], ["registry_imports.id"], name=op.f("fk_registry_rows_import_id")),
        sa.ForeignKeyConstraint(["list_grid_id"], ["grids.id"], name=op.f("fk_registry_rows_list_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_rows")),
    )
    op.create_geospatial_index(
        "idx_registry_rows_position", "registry_rows", ["position"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(
        "ix_registry_rows_blocks",
        "registry_rows",
        ["blocks"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("employer_id is null"),
    )
    op.create_index(op.f("ix_registry_rows_employer_id"), "registry_rows", ["employer_id"], unique=False)
    op.create_index(
        "ix_registry_rows_geocoded_at", "registry_rows", ["geocoded_at"], unique=False, postgresql_where=sa.text("geocoded_at is not null")
    )
    op.create_index(op.f("ix_registry_rows_grid_id"), "registry_rows", ["grid_id"], unique=False)
    op.create_index("ix_registry_rows_grid_path", "registry_rows", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_registry_rows_import_id"), "registry_rows", ["import_id"], unique=False)
    op.create_index("ix_registry_rows_list", "registry_rows", ["list_grid_id", "source", "id"], unique=False)
    op.create_index("ix_registry_rows_name_id", "registry_rows", ["name", "id"], unique=False)
    op.create_index(
        "ix_registry_rows_name_trgm",
        "registry_rows",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_registry_rows_no_file",
        "registry_rows",
        ["grid_path", "id"],
        unique=False,
        postgresql_where=sa.text("employer_id is null and state = 'open'"),
    )
    op.create_index(
        "ix_registry_rows_to_geocode",
        "registry_rows",
        ["id"],
        unique=False,
        postgresql_where=sa.text("position is null and geocoded_at is null and address <> '' and state = 'open'"),
    )
    op.create_index("ix_registry_rows_uscc", "registry_rows", ["uscc"], unique=False)
    op.create_index("uq_registry_rows_key", "registry_rows", ["source", "list_grid_id", "row_key"], unique=True)

    run_script(SQL / "0016_registries.sql")
    run_script(SQL / "0016_matching.sql")


def downgrade() -> None:
    for trigger in ("employers_inserted_note_keys", "employers_updated_note_keys"):
        op.execute(f"drop trigger {trigger} on employers")
    for function in (
        "registry_import_match(uuid, uuid, int)", "registry_import_at_work(uuid)", "registry_import_enter(uuid)",
        "registry_import_resume(int, uuid)", "registry_import_take_chunk(uuid)",
            "registry_import_mark_repeats(uuid)", "registry_import_outcomes(uuid)",
        "registry_import_let_go_gone(uuid, int)", "registry_import_move(uuid, int)", "registry_import_settle(uuid, uuid, int)",
        "place_registry_row(uuid, float8, float8)", "registry_rows_to_geocode(int)", "keep_geocoded(uuid[], float8[], float8[])",
        "employers_note_keys()", "place_names()",
        "employers_without_keys(int)", "digits_of(text)", "is_sure(jsonb)", "match_scores(text, uuid[])",
        "fill_employers(uuid[], uuid[])", "link_registry_rows(uuid[], uuid[], int[], jsonb[], uuid)", "match_registry_rows(uuid[])",
        "match_sightings(uuid[])", "keep_employer_keys(uuid[], text[], text[], text[], text[], text[], text[], text[])",
        "decide_match(text, uuid, text, uuid)", "undo_match(uuid)",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    for table in (
        "match_decisions", "match_candidates", "employer_keys_due", "employer_keys", "registry_mappings", "registry_rows",
        "registry_import_rows", "registry_chunk_rows", "registry_imports",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("delete from role_rights where right_code like 'registry.%'")
    op.execute("delete from rights where code like 'registry.%'")
    op.execute(r"delete from policies where key like 'registry\_%' or key like 'match\_%' or key like 'geocode\_%'")
