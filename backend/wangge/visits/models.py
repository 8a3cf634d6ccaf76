"""Tables of visits and their findings: facts, append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class Visit(SQLModel, table=True):
    """A visit (走访) to an employer by any supervisor.

    ``captured_at`` is the phone's clock; ``happened_at`` the best estimate of the true moment (its known offset applied).
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_employer_id_happened_at", "employer_id", "happened_at"),
        Index("ix_visits_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_visits_happened_at", "happened_at"),
    )
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id")
    person_id: UUID = Field(foreign_key="people.id", index=True)
    device_id: UUID
    patrol_id: UUID | None = Field(default=None, foreign_key="patrols.id", index=True)
    check_in_id: UUID | None = Field(default=None, foreign_key="check_ins.id", index=True)
    activities: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    people_met: str = ""
    note: str = ""
    evidence_expected: int = 0
    flags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    captured_at: datetime = moment()
    happened_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()


class Finding(SQLModel, table=True):
    """A finding (发现问题) of a visit."""

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint(
            "kind in ('no_contract', 'wage_arrears', 'no_insurance', 'overtime', 'child_labour', 'no_ledger', 'other')",
            name="kind",
        ),
        CheckConstraint("severity in ('note', 'minor', 'major')", name="severity"),
        Index("ix_findings_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    visit_id: UUID = Field(foreign_key="visits.id", index=True)
    kind: str
    severity: str
    note: str = ""
    grid_path: str = grid_path_field()
