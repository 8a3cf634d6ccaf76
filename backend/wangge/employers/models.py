"""Table of employers' files."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, Index, Integer, false, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment, position_column

FILE_REASONS = """
      case when review_state = 'waiting_review' then 1 else 0 end
    + case when review_state <> 'waiting_review' and not is_complete then 2 else 0 end
    + case when position is null then 4 else 0 end
    + case when position is not null and grid_source <> 'position' then 8 else 0 end
    + case when last_visited_at is null then 16 else 0 end"""


RARELY_SAID = ("reviewed_by", "duplicate_of", "registered_by", "merged_into")


class Employer(SQLModel, table=True):
    """An employer's file (一企一档).

    ``position`` is lon/lat EPSG:4326, ``accuracy_m`` metres. ``grid_id``/``grid_path`` is the deepest grid known for it:
    by its position (``grid_source = 'position'``), else the one its finder declared, else the whole city's.
    How it stands is kept here for whoever counts: ``grade`` of its last rating, whether it is on the key supervision list, and
    whether its survey form is complete; each is written by triggers of the tables that say why. ``visit_due_on`` is the last day
    on which its next visit is in time (a trigger's), ``file_reasons`` what its row alone says of coverage (``employers.reasons``).
    """

    __tablename__ = "employers"
    __table_args__ = (
        CheckConstraint("accuracy_m >= 0", name="accuracy"),
        # most employers have none of these, and every write of an employer writes its indexes
        *(Index(f"ix_employers_{c}", c, postgresql_where=text(f"{c} is not null")) for c in RARELY_SAID),
        CheckConstraint("employees >= 0", name="employees"),
        CheckConstraint("grid_source in ('position', 'declared', 'none')", name="grid_source"),
        CheckConstraint("review_state in ('accepted', 'waiting_review', 'returned')", name="review_state"),
        Index("uq_employers_system_no", "system_no", unique=True, postgresql_where=text("system_no is not null")),
        Index("uq_employers_uscc_accepted", "uscc", unique=True, postgresql_where=text("review_state = 'accepted'")),
        Index("ix_employers_uscc", "uscc"),
        Index("ix_employers_grid_id_id", "grid_id", "id"),
        Index("ix_employers_grid_id_visit_due_on", "grid_id", "visit_due_on"),
        Index("ix_employers_industry_code", "industry_code"),
        Index("ix_employers_key_list", "grid_path", "id", postgresql_where=text("on_key_list")),
        Index("ix_employers_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_employers_grid_path_name_id", "grid_path", "name", "id"),
        Index("ix_employers_name_id", "name", "id"),
        Index("ix_employers_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("ix_employers_waiting", "registered_at", postgresql_where=text("review_state = 'waiting_review'")),
        Index("ix_employers_outside", "id", postgresql_where=text("grid_source <> 'position'")),
        # the gap board counts these without reading the files: path and id are all that count and policy ask for
        Index("ix_employers_gap_outside", "grid_path", "id",
              postgresql_where=text("(file_reasons & 8) <> 0 and review_state <> 'returned'")),
        Index("ix_employers_gap_no_position", "grid_path", "id",
              postgresql_where=text("(file_reasons & 4) <> 0 and review_state <> 'returned'")),
    )  # fmt: skip
    id: UUID = id_field()
    name: str
    uscc: str | None = None
    no_uscc_reason: str | None = None
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    industry_code: str | None = None
    employees: int | None = None
    position: Any = position_column()
    accuracy_m: float | None = None
    position_source: str | None = None
    grid_id: UUID = Field(foreign_key="grids.id")
    grid_path: str = grid_path_field()
    grid_source: str
    review_state: str = "accepted"
    review_reason: str = ""
    reviewed_by: UUID | None = Field(default=None, foreign_key="people.id")
    reviewed_at: datetime | None = moment(nullable=True)
    duplicate_of: UUID | None = Field(default=None, foreign_key="employers.id")
    registered_by: UUID | None = Field(default=None, foreign_key="people.id")
    registered_at: datetime = moment(default_now=True)
    captured_at: datetime | None = moment(nullable=True)
    last_visited_at: datetime | None = moment(nullable=True)
    note: str = ""
    grade: str | None = None
    on_key_list: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    is_complete: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # What an employer without a credit code is called by (系统编号); given by a trigger.
    system_no: str | None = None
    # Where the file was made from: what ``wangge.change_source`` said, null for what a phone registered.
    source: str | None = Field(
        default=None, sa_column_kwargs={"server_default": text("nullif(current_setting('wangge.change_source', true), '')")}
    )
    merged_into: UUID | None = Field(default=None, foreign_key="employers.id")
    visit_due_on: date | None = None
    file_reasons: int = Field(sa_column=Column(Integer, Computed(FILE_REASONS, persisted=True), nullable=False))
    version: int = 1
