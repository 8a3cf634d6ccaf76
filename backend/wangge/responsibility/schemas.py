"""Wire shapes of responsibility."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from wangge.responsibility.facts import GridFact, MatterFact
from wangge.units.schemas import UnitRef

StepName = Literal[
    "place", "no_owner", "designation", "competence", "nobody_competent", "entrusted", "lapsed", "acts_itself", "retained", "intake",
    "assist",
]  # fmt: skip


class Ref(Struct):
    """A thing that a step speaks of, to be opened."""

    kind: Literal["grid", "unit", "entrustment", "employer", "person"]
    id: UUID
    name: str


class Step(Struct):
    """One step of the reasoning: a sentence for a clerk in both languages, and where the rule comes from."""

    step: StepName
    zh: str
    en: str
    source: str
    refs: list[Ref]


class Competent(Struct):
    """The unit that the law makes competent, and by what."""

    unit: UnitRef
    basis: Literal["own_power", "designation"]
    source: str


class Acting(Struct):
    """A unit that acts: by an entrustment (``by``) until a day, or by its own power (``by`` null); powers by code."""

    unit: UnitRef
    by: UUID | None
    document: str | None
    powers: list[str]
    until: date | None


class Assisting(Struct):
    """A unit or a person that helps, and as what: ``assist`` a unit, else the person's kind."""

    unit: UnitRef | None
    person: Ref | None
    grid_level: int
    role: str
    powers: list[str]


class Responsibility(Struct):
    """Who is responsible for one matter at one place on one day, with the chain of reasons."""

    matter: MatterFact
    on: date
    place: Literal["found", "outside_city", "outside_scope"]
    grids: list[GridFact]
    competent: Competent | None
    acting: list[Acting]
    assisting: list[Assisting]
    chain: list[Step]
