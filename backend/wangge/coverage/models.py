"""Tables of coverage: how each grid stands, how it stood, and what has to be counted again."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Integer, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, grid_path_field, moment


def _count() -> int:
    return Field(default=0, sa_column_kwargs={"server_default": "0"})  # type: ignore[no-any-return]


class GridCoverage(SQLModel, table=True):
    """How the employers of one grid (not of those below it) stand, and who looks after it.

    ``uncovered`` and the reasons count what the files alone tell; of a grid that is not ``owned`` all of ``total`` is uncovered.
    ``changes_on`` is the next day on which the row stops being true by itself.
    """

    __tablename__ = "grid_coverage"
    __table_args__ = (
        CheckConstraint("owner_state in ('owned', 'ownerless', 'uncertified')", name="owner_state"),
        Index("ix_grid_coverage_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_grid_coverage_changes_on", "changes_on"),
        Index("ix_grid_coverage_not_owned", "owner_state", "grid_path", "grid_id", postgresql_where=text("owner_state <> 'owned'")),
    )
    grid_id: UUID = Field(primary_key=True, foreign_key="grids.id")
    grid_path: str = grid_path_field()
    owner_state: str
    total: int = _count()
    uncovered: int = _count()
    no_file: int = _count()
    incomplete_file: int = _count()
    no_position: int = _count()
    outside_all_grids: int = _count()
    never_visited: int = _count()
    overdue: int = _count()
    changes_on: date | None = None
    counted_at: datetime = moment(default_now=True)


class CoverageDay(SQLModel, table=True):
    """How a grid stood, with all below it, as a day began; kept for good. ``uncovered`` counts each employer once."""

    __tablename__ = "coverage_days"
    grid_id: UUID = Field(primary_key=True, foreign_key="grids.id")
    grid_path: str = Field(sa_column=Column(Ltree, nullable=False))
    day: date = Field(primary_key=True)
    total: int = _count()
    uncovered: int = _count()
    no_file: int = _count()
    incomplete_file: int = _count()
    no_position: int = _count()
    outside_all_grids: int = _count()
    never_visited: int = _count()
    overdue: int = _count()
    grid_without_owner: int = _count()
    owner_uncertified: int = _count()


class CoverageDue(SQLModel, table=True):
    """A mark: this grid's counts are no longer those of its employers. Written by triggers, taken by ``refresh_coverage``."""

    __tablename__ = "coverage_due"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    grid_id: UUID


class CoverageProgress(SQLModel, table=True):
    """One row: by which intervals (the policy's value, as text) the due days are reckoned, and how far a change of them has come."""

    __tablename__ = "coverage_progress"
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    intervals: str
    intervals_under_way: str | None = None
    after_grid: UUID | None = None
