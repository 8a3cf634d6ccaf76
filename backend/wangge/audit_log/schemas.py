"""Wire shapes of the audit log."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class AuditQuery(Struct):
    """What is looked for; the days are China's, both included. ``before`` is the cursor of a former page."""

    person: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
    q: str = ""
    before: str = ""
    limit: int = 50


class AuditLine(Struct):
    """One line: who, what, with what, from where. ``details`` of a change hold ``before`` and ``after``."""

    id: str
    at: datetime
    person_id: UUID | None
    person_name: str | None
    unit_name: str | None
    session_id: UUID | None
    device_id: UUID | None
    address: str
    agent: str
    action: str
    subject_kind: str
    subject_id: UUID | None
    subject_name: str | None
    grid_name: str | None
    details: dict[str, Any]


class AuditPage(Struct):
    """Lines, the newest first; ``next`` is the cursor of what is older, null at the end. The days are those searched."""

    items: list[AuditLine]
    next: str | None
    first_day: date | None
    last_day: date | None
