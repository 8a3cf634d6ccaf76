"""What the rules reason from: everything about one place, one matter and one day, fetched beforehand."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

Place = Literal["found", "outside_city", "outside_scope"]


class OwnerFact(Struct, frozen=True):
    """Somebody who answered for a grid on the day."""

    id: UUID
    name: str
    kind: str
    duty: str


class GridFact(Struct, frozen=True):
    """A grid around the place, level 1 city to 4 community."""

    id: UUID
    name: str
    level: int
    owners: tuple[OwnerFact, ...]


class UnitFact(Struct, frozen=True):
    """A unit of one of these grids; ``own_source`` is set where it holds the matter by its own power on the day."""

    id: UUID
    code: str
    name: str
    kind: str
    level: int
    own_source: str | None = None
    counter_since: date | None = None


class EntrustmentFact(Struct, frozen=True):
    """An entrustment of the matter that reaches the place or names the employer."""

    id: UUID
    principal_id: UUID
    principal_name: str
    agent_id: UUID
    agent_name: str
    agent_kind: str
    reach: Literal["area", "employers"]
    area_name: str | None
    powers: tuple[str, ...]
    valid_from: date
    last_day: date
    document_name: str
    document_number: str


class DesignationFact(Struct, frozen=True):
    """That the employer was non-local or key on the day."""

    id: UUID
    kind: Literal["non_local", "key"]
    valid_from: date
    reason: str
    source: str


class PowerFact(Struct, frozen=True):
    """A power, with the kinds of unit that hold it by their own right and those that assist in it."""

    code: str
    zh: str
    en: str
    own: tuple[str, ...]
    assist: tuple[str, ...]


class MatterFact(Struct, frozen=True):
    """The matter asked about."""

    code: str
    zh: str
    en: str


class EmployerFact(Struct, frozen=True):
    """The employer asked about; ``placed`` says whether its position is known."""

    id: UUID
    name: str
    placed: bool


class Facts(Struct, frozen=True):
    """Everything; ``grids`` from the city down, ``entrustments`` hold on the day, ``lapsed`` ended before it."""

    matter: MatterFact
    on: date
    place: Place
    employer: EmployerFact | None = None
    grids: tuple[GridFact, ...] = ()
    units: tuple[UnitFact, ...] = ()
    designations: tuple[DesignationFact, ...] = ()
    entrustments: tuple[EntrustmentFact, ...] = ()
    lapsed: tuple[EntrustmentFact, ...] = ()
    powers: tuple[PowerFact, ...] = ()
