"""Wire shapes of units, matters and powers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

UnitKind = Literal["command_centre", "county", "zone", "street", "community"]
Name = Annotated[str, Meta(min_length=1, max_length=120)]


class UnitRef(Struct):
    """A unit by name."""

    id: UUID
    name: str
    kind: UnitKind


class MatterRead(Struct):
    """A matter with where it comes from."""

    code: str
    name_zh: str
    name_en: str
    source: str
    valid_from: date
    valid_to: date | None


class Holder(Struct):
    """A kind of unit that may hold a power, and how: ``own``, ``entrusted`` or ``assist``."""

    unit_kind: UnitKind
    manner: Literal["own", "entrusted", "assist"]
    source: str


class PowerRead(Struct):
    """A power and which kinds of unit may hold it today."""

    code: str
    name_zh: str
    name_en: str
    source: str
    holders: list[Holder]


class MattersAndPowers(Struct):
    """What there is to be responsible for, and what may be done about it."""

    matters: list[MatterRead]
    powers: list[PowerRead]


class UnitItem(Struct):
    """A unit in a list or tree; ``children`` counts open units below it, ``own_matters`` the matters it holds by law today."""

    id: UUID
    code: str
    name: str
    kind: UnitKind
    level: int
    parent_id: UUID | None
    parent_name: str | None
    grid_id: UUID
    grid_name: str | None
    people: int
    children: int
    own_matters: int
    entrusted_today: bool
    intake_counter: bool
    opened_on: date
    closed_on: date | None


class OwnPower(Struct):
    """That the unit is competent for a matter by law, from a day to a day."""

    id: UUID
    matter_code: str
    name_zh: str
    name_en: str
    source: str
    valid_from: date
    valid_to: date | None


class CounterPeriod(Struct):
    """A time during which the unit kept a counter for tips and complaints."""

    id: UUID
    valid_from: date
    valid_to: date | None


class UnitEntrustment(Struct):
    """An entrustment that the unit gave or received; ``last_day`` is the one on which it ends or ended."""

    id: UUID
    other: UnitRef
    document_name: str
    document_number: str
    area_name: str | None
    employers: int
    valid_from: date
    last_day: date
    status: Literal["draft", "upcoming", "in_force", "expired", "ended", "revoked"]


class UnitDetail(UnitItem):
    """A unit with its powers, people and entrustments (the newest hundred each way)."""

    grid_path: str
    contact_name: str
    contact_phone: str
    address: str
    close_reason: str
    version: int
    people_by_kind: dict[str, int]
    own_powers: list[OwnPower]
    counters: list[CounterPeriod]
    given: list[UnitEntrustment]
    received: list[UnitEntrustment]


class UnitAdd(Struct, forbid_unknown_fields=True):
    """A unit to found; ``id`` is made by the desk. Its grid's level must suit its kind, its parent's grid must hold its own."""

    id: UUID
    code: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Name
    kind: UnitKind
    grid_id: UUID
    parent_id: UUID | None = None
    contact_name: Annotated[str, Meta(max_length=80)] = ""
    contact_phone: Annotated[str, Meta(max_length=40)] = ""
    address: Annotated[str, Meta(max_length=200)] = ""
    opened_on: date | None = None


class UnitEdit(Struct, forbid_unknown_fields=True):
    """A unit's particulars as they shall be; ``version`` is the one that was looked at."""

    version: int
    name: Name
    kind: UnitKind
    parent_id: UUID | None = None
    contact_name: Annotated[str, Meta(max_length=80)] = ""
    contact_phone: Annotated[str, Meta(max_length=40)] = ""
    address: Annotated[str, Meta(max_length=200)] = ""


class UnitClose(Struct, forbid_unknown_fields=True):
    """The unit's last day, and why it closes."""

    version: int
    closed_on: date
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class IntakeSwitch(Struct, forbid_unknown_fields=True):
    """Open the counter from a day on, or keep it open until that day."""

    open: bool
    on: date


class PowerGrant(Struct, forbid_unknown_fields=True):
    """Matters that the law gives the unit, from a day to a day, and by which source."""

    matters: Annotated[list[str], Meta(min_length=1, max_length=100)]
    source: Annotated[str, Meta(min_length=1, max_length=300)]
    valid_from: date
    valid_to: date | None = None


class PowerEnd(Struct, forbid_unknown_fields=True):
    """Powers of the unit's own that end with a day, and why."""

    power_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)]
    last_day: date
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class HistoryLine(Struct):
    """What somebody did, from the audit log."""

    at: datetime
    person_id: UUID | None
    person_name: str | None
    action: str
    details: dict[str, Any]


class UnitHistory(Struct):
    """What has been done to a unit, the newest first, at most 200 lines."""

    items: list[HistoryLine]
