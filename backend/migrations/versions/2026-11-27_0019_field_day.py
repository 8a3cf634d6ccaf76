"""field day"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0019_field_day"
down_revision = "0018_closings_and_data_budget"
branch_labels = None
depends_on = None

SUBJECTS = "subject_kind in ('visit', 'employer', 'check_in'{more})"


def upgrade() -> None:
    for name in ("talk_topics", "material_kinds", "incident_kinds"):
        op.create_table(
            name,
            sa.Column("code", sa.String(), nullable=False),
            sa.Column("seq", sa.Integer(), nullable=False),
            sa.Column("zh", sa.String(), nullable=False),
            sa.Column("en", sa.String(), nullable=False),
            sa.Column("source", sa.String(), nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=False),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.PrimaryKeyConstraint("code", name=op.f(f"pk_{name}")),
        )
    talks()
    incidents()
    patrol_pauses()
    tracks()
    op.alter_column("evidence", "employer_id", nullable=True)
    op.drop_constraint("ck_evidence_subject_kind", "evidence")
    op.create_check_constraint(op.f("ck_evidence_subject_kind"), "evidence", SUBJECTS.format(more=", 'talk', 'incident'"))
    op.create_check_constraint(
        op.f("ck_evidence_employer_id"), "evidence", "employer_id is not null or subject_kind in ('talk', 'incident')"
    )
    run_script(SQL / "0010_field_day.sql")


def captured() -> list[sa.Column[object]]:
    """What every fact carries of its capture."""
    return [
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
    ]


def talks() -> None:
    op.create_table(
        "talks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("position", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("evidence_expected", sa.Integer(), nullable=False),
        *captured(),
        sa.CheckConstraint("people_count between 0 and 100000", name=op.f("ck_talks_people_count")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_talks_employer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_talks_person_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name=op.f("fk_talks_patrol_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_talks_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
    )
    for column in ("employer_id", "person_id", "patrol_id", "grid_id", "happened_at"):
        op.create_index(op.f(f"ix_talks_{column}"), "talks", [column])
    op.create_index("ix_talks_grid_path", "talks", ["grid_path"], postgresql_using="gist")
    op.create_index("idx_talks_position", "talks", ["position"], postgresql_using="gist")
    op.create_table(
        "talk_materials",
        sa.Column("talk_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("count between 1 and 100000", name=op.f("ck_talk_materials_count")),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_talk_materials_talk_id")),
        sa.ForeignKeyConstraint(["kind"], ["material_kinds.code"], name=op.f("fk_talk_materials_kind")),
        sa.PrimaryKeyConstraint("talk_id", "kind", name=op.f("pk_talk_materials")),
    )
    op.create_index(op.f("ix_talk_materials_kind"), "talk_materials", ["kind"])
    op.create_index("ix_talk_materials_grid_path", "talk_materials", ["grid_path"], postgresql_using="gist")


def incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("position", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("evidence_expected", sa.Integer(), nullable=False),
        *captured(),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closing_note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("severity in ('normal', 'serious', 'critical')", name=op.f("ck_incidents_severity")),
        sa.CheckConstraint("status in ('open', 'acknowledged', 'closed')", name=op.f("ck_incidents_status")),
        sa.CheckConstraint("people_count between 0 and 1000000", name=op.f("ck_incidents_people_count")),
        sa.CheckConstraint(
            "(status = 'open') = (acknowledged_at is null) and (acknowledged_at is null) = (acknowledged_by is null)",
            name=op.f("ck_incidents_acknowledged"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at is not null) and (closed_at is null) = (closed_by is null)",
            name=op.f("ck_incidents_closed"),
        ),
        sa.ForeignKeyConstraint(["kind"], ["incident_kinds.code"], name=op.f("fk_incidents_kind")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_incidents_employer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_incidents_person_id")),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name=op.f("fk_incidents_acknowledged_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_incidents_closed_by")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_incidents_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    for column in ("kind", "employer_id", "person_id", "acknowledged_by", "closed_by", "grid_id", "happened_at"):
        op.create_index(op.f(f"ix_incidents_{column}"), "incidents", [column])
    op.create_index("ix_incidents_open", "incidents", ["happened_at"], postgresql_where=sa.text("status <> 'closed'"))
    op.create_index("ix_incidents_grid_path", "incidents", ["grid_path"], postgresql_using="gist")
    op.create_index("idx_incidents_position", "incidents", ["position"], postgresql_using="gist")


def patrol_pauses() -> None:
    op.create_table(
        "patrol_pauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("resumed_at >= paused_at", name=op.f("ck_patrol_pauses_resumed_at")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name=op.f("fk_patrol_pauses_patrol_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_patrol_pauses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_pauses")),
    )
    for column in ("patrol_id", "person_id"):
        op.create_index(op.f(f"ix_patrol_pauses_{column}"), "patrol_pauses", [column])
    op.create_index("ix_patrol_pauses_grid_path", "patrol_pauses", ["grid_path"], postgresql_using="gist")


def tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("geom", Geometry("LINESTRINGM", srid=4326, dimension=3, spatial_index=False), nullable=False),
        sa.Column("accuracies_m", sa.ARRAY(sa.REAL()), nullable=False),
        sa.Column("walked_m", sa.Float(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.CheckConstraint("walked_m >= 0", name=op.f("ck_tracks_walked_m")),
        sa.CheckConstraint("ST_NPoints(geom) >= 2 and ST_NPoints(geom) = cardinality(accuracies_m)", name=op.f("ck_tracks_points")),
        sa.CheckConstraint("ends_at >= begins_at", name=op.f("ck_tracks_ends_at")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name=op.f("fk_tracks_patrol_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tracks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
    )
    op.create_index("ix_tracks_patrol_id_begins_at", "tracks", ["patrol_id", "begins_at"])
    op.create_index(op.f("ix_tracks_person_id"), "tracks", ["person_id"])
    op.create_index("ix_tracks_ends_at", "tracks", ["ends_at"])
    op.create_index("ix_tracks_grid_path", "tracks", ["grid_path"], postgresql_using="gist")
    op.create_index("idx_tracks_geom", "tracks", ["geom"], postgresql_using="gist")


def downgrade() -> None:
    raise NotImplementedError("what was recorded in the field is not thrown away")
