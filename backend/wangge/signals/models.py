"""Tables of signals and of the words for them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Numeric, Text, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.catalogues.models import Entry
from wangge.core.columns import grid_path_field, id_field, moment


def _codes() -> list[str]:
    return Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))  # type: ignore[no-any-return]


class RatingAspect(Entry, table=True):
    """One of the nine aspects that a rating looks at (评价内容); ``from_findings`` are the kinds of findings that belong to it."""

    __tablename__ = "rating_aspects"
    from_findings: list[str] = _codes()


class SignalKind(Entry, table=True):
    """What a signal can say. ``is_lasting``: it holds from a day to a day; ``is_violation``: an authority found and dealt with it (查处).

    ``from_findings`` and ``from_incidents`` are the kinds of findings and incidents that make such a signal by themselves.
    """

    __tablename__ = "signal_kinds"
    aspect: str | None = Field(default=None, foreign_key="rating_aspects.code", index=True)
    is_lasting: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    is_violation: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    from_findings: list[str] = _codes()
    from_incidents: list[str] = _codes()


class EmployerSignal(SQLModel, table=True):
    """A dated fact about an employer (线索). ``amount`` is yuan, ``until`` the day on which a lasting one ended.

    ``source_id`` is the finding or incident that it comes from; ``reference`` the file number or document that proves it.
    """

    __tablename__ = "employer_signals"
    __table_args__ = (
        CheckConstraint("source in ('desk', 'visit', 'incident', 'import')", name="source"),
        CheckConstraint("until is null or until >= since", name="days"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("people between 0 and 1000000", name="people"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawn"),
        CheckConstraint("(until is null) = (ended_by is null)", name="ended"),
        Index("ix_employer_signals_employer_id_since", "employer_id", "since"),
        Index("uq_employer_signals_source_id_kind", "source_id", "kind", unique=True),
        Index("ix_employer_signals_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id")
    kind: str = Field(foreign_key="signal_kinds.code", index=True)
    aspect: str | None = Field(default=None, foreign_key="rating_aspects.code", index=True)
    since: date
    until: date | None = None
    amount: Decimal | None = Field(default=None, sa_column=Column(Numeric(14, 2), nullable=True))
    people: int | None = None
    source: str
    source_id: UUID | None = None
    reference: str = ""
    note: str = ""
    recorded_by: UUID = Field(foreign_key="people.id", index=True)
    recorded_at: datetime = moment(default_now=True)
    ended_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    ended_at: datetime | None = moment(nullable=True)
    end_note: str = ""
    withdrawn_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    withdrawn_at: datetime | None = moment(nullable=True)
    withdrawn_why: str = ""
    version: int = 1
    grid_path: str = grid_path_field()
