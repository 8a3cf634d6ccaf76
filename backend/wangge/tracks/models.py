"""Table of tracks: facts, append-only, let go after the days that the policy ``track_retention_days`` says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import REAL, CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class Track(SQLModel, table=True):
    """One stretch of a patrol's way (轨迹): EPSG:4326, M = seconds since 1970-01-01 UTC, by the phone's corrected clock.

    A stretch lies within one time on duty; a stretch that goes on begins with the point at which the one before it ended.
    ``accuracies_m`` are 95 % radii, one for each point; ``walked_m`` leaves out what is only the jitter of standing still.
    """

    __tablename__ = "tracks"
    __table_args__ = (
        CheckConstraint("walked_m >= 0", name="walked_m"),
        CheckConstraint("ST_NPoints(geom) >= 2 and ST_NPoints(geom) = cardinality(accuracies_m)", name="points"),
        CheckConstraint("ends_at >= begins_at", name="ends_at"),
        Index("ix_tracks_patrol_id_begins_at", "patrol_id", "begins_at"),
        Index("ix_tracks_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_tracks_ends_at", "ends_at"),
    )
    id: UUID = id_field()
    patrol_id: UUID = Field(foreign_key="patrols.id")
    person_id: UUID = Field(foreign_key="people.id", index=True)
    device_id: UUID
    seq: int
    geom: Any = Field(sa_column=Column(Geometry("LINESTRINGM", srid=4326, dimension=3), nullable=False))
    accuracies_m: list[float] = Field(sa_column=Column(ARRAY(REAL), nullable=False))
    walked_m: float
    begins_at: datetime = moment()
    ends_at: datetime = moment()
    flags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    received_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
