"""spatial imports"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0011_spatial_imports"
down_revision = "0010_grids_that_tile"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spatial_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
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
        sa.CheckConstraint("target in ('grids', 'employer_points')", name=op.f("ck_spatial_imports_target")),
        sa.CheckConstraint(
            "state in ('reading', 'needs_answer', 'ready', 'applying', 'applied', 'failed', 'withdrawn')",
            name=op.f("ck_spatial_imports_state"),
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_spatial_imports_sha256")),
        sa.CheckConstraint("(state in ('reading', 'applying')) = (attempt is not null)", name=op.f("ck_spatial_imports_attempt")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_spatial_imports_grid_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_spatial_imports_made_by")),
        sa.ForeignKeyConstraint(["applied_by"], ["people.id"], name=op.f("fk_spatial_imports_applied_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spatial_imports")),
    )
    op.create_index("ix_spatial_imports_grid_path", "spatial_imports", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_spatial_imports_made_at", "spatial_imports", ["made_at", "id"], unique=False)
    under_way = sa.text("state in ('reading', 'applying')")
    op.create_index("ix_spatial_imports_under_way", "spatial_imports", ["alive_at"], unique=False, postgresql_where=under_way)
    has_attempt = sa.text("attempt is not null")
    op.create_index("uq_spatial_imports_attempt", "spatial_imports", ["attempt"], unique=True, postgresql_where=has_attempt)
    for column in ("grid_id", "sha256", "made_by", "applied_by"):
        op.create_index(op.f(f"ix_spatial_imports_{column}"), "spatial_imports", [column], unique=False)
    op.create_geospatial_table(
        "spatial_import_features",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("severity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("defects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("repairs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("shape", sa.LargeBinary(), nullable=True),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "spot",
            Geometry(geometry_type="POINT", srid=4326, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("moved_m", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("old_position", postgresql.ARRAY(sa.Float()), nullable=True),
        sa.CheckConstraint("severity in ('error', 'warning', 'none')", name=op.f("ck_spatial_import_features_severity")),
        sa.ForeignKeyConstraint(["import_id"], ["spatial_imports.id"], name=op.f("fk_spatial_import_features_import_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["grids.id"], name=op.f("fk_spatial_import_features_parent_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_spatial_import_features_employer_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_spatial_import_features")),
    )
    table = "spatial_import_features"
    op.create_geospatial_index(f"idx_{table}_spot", table, ["spot"], unique=False, postgresql_using="gist", postgresql_ops={})
    op.create_index(f"ix_{table}_grid_path", table, ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index(f"ix_{table}_severity", table, ["import_id", "severity", "position"], unique=False)
    op.create_index(f"ix_{table}_codes", table, ["codes"], unique=False, postgresql_using="gin")
    for column in ("parent_id", "employer_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    run_script(SQL / "0003_spatial_imports.sql")


def downgrade() -> None:
    op.drop_table("spatial_import_features")
    op.drop_table("spatial_imports")
    for function in ("spatial_import_enter(uuid)", "spatial_imports_let_go(int, jsonb)", "spatial_import_set_positions(uuid)"):
        op.execute(f"drop function {function}")
    op.execute("delete from role_rights where right_code = 'export.read'")
    op.execute("delete from policies where key like 'import\\_%' or key like 'export\\_%'")
