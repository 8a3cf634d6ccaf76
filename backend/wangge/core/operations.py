"""An operation from a phone and the verdict on it: the words that sync and the recording domains share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from msgspec import Meta, Struct

from wangge.core.clock import china_day
from wangge.core.errors import WanggeError

Outcome = Literal["applied", "duplicate", "conflict", "waiting_for_parent", "quarantined"]
P = TypeVar("P")
# A hundred years either way: any phone's clock can be that wrong, and dates stay computable.
Offset = Annotated[int, Meta(ge=-3_155_760_000_000, le=3_155_760_000_000)]


class Position(Struct, frozen=True):
    """A point, EPSG:4326 degrees."""

    lon: float
    lat: float

    def is_on_earth(self) -> bool:
        """Whether both degrees are within their ranges (not NaN either)."""
        return -180 <= self.lon <= 180 and -90 <= self.lat <= 90


class Fix(Struct, frozen=True):
    """Where the phone thought it was at capture: ``accuracy_m`` is a 95 % radius, ``age_s`` the fix's age in seconds."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    age_s: float | None = None


class Binding(Struct, frozen=True):
    """What the phone binds to every operation. ``server_offset_ms`` is server clock minus phone clock, as last known."""

    server_offset_ms: Offset | None = None
    position: Fix | None = None
    network: str | None = None
    battery: float | None = None
    app_version: str = ""


@dataclass(frozen=True)
class Operation(Generic[P]):
    """One operation, read: ``body`` is the exact text the phone sent, ``op_sha256`` the hash of its UTF-8 bytes."""

    op_id: UUID
    op_sha256: str
    body: str
    kind: str
    v: int
    entity_id: UUID
    captured_at: datetime
    device_id: UUID
    binding: Binding
    payload: P
    # The version that was on the screen, for what changes a thing; and where it stands in the chain of the phone's store.
    base_version: int | None = None
    chain_id: UUID | None = None
    device_seq: int = 0

    @property
    def happened_at(self) -> datetime:
        """The best estimate of the true moment: the phone's clock, corrected by its known offset to the server's."""
        return self.captured_at + timedelta(milliseconds=self.binding.server_offset_ms or 0)


@dataclass
class Verdict:
    """What became of one operation; ``waiting_for`` is the parent's id when it has to wait."""

    outcome: Outcome = "applied"
    flags: list[str] = field(default_factory=list)
    problem: WanggeError | None = None
    waiting_for: UUID | None = None
    grid_path: str | None = None


def quarantined(problem: WanggeError, grid_path: str | None = None) -> Verdict:
    """Kept, not applied, and shown to both sides with the reason."""
    return Verdict("quarantined", problem=problem, grid_path=grid_path)


def waiting_for(parent: UUID) -> Verdict:
    """Kept until the thing it refers to has arrived."""
    return Verdict("waiting_for_parent", problem=ParentNotHereYet(parent_id=str(parent)), waiting_for=parent)


class ParentNotHereYet(WanggeError):
    """The record refers to another that has not arrived yet."""

    code, status = "parent_not_here_yet", 409
    zh = "这条记录要等它所属的记录先到达服务器，已保存，会自动处理。"
    en = "This record waits on the server for the one it belongs to; it will go on by itself."


class EntityIdTaken(WanggeError):
    """Another record already has this id."""

    code, status = "entity_id_taken", 409
    zh = "这个编号已被另一条记录占用，两份都已保存，请联系街道核对。"
    en = "Another record has this id; both are kept. Ask your street office to compare them."


class EmployerOutOfScope(WanggeError):
    """The employer lies in nobody's grid of hers, then or now, and in no patrol given to her."""

    code, status = "employer_out_of_scope", 403
    zh = "这家单位当时不在您的网格内，也不在您的巡查任务里。记录已保存，等待街道核对。"
    en = "This employer was neither in your grids nor on your patrols then. The record is kept for your street to check."


@dataclass(frozen=True)
class Reach:
    """An employer as an operation may refer to it: where it lies and how the person could reach it at that moment."""

    grid_id: UUID
    grid_path: str
    position: Position | None
    how: str


Limits = Mapping[str, Any]
# The limits in force at a moment: a record is judged by those of the day on which it happened, whenever it arrives.
LimitsAt = Callable[[datetime], Limits]


def clock_flags(op: Operation[Any], received_at: datetime, limits_at: LimitsAt) -> list[str]:
    """``clock_skew`` when the phone's clock is known to be off, or says a moment that has not come yet."""
    limit = timedelta(seconds=float(limits_at(op.happened_at)["clock_skew_max_s"]))
    offset = timedelta(milliseconds=op.binding.server_offset_ms or 0)
    return ["clock_skew"] if abs(offset) > limit or op.happened_at > received_at + limit else []


UNCERTIFIED = """
    select day from unnest($2::date[]) as t(day)
    where not certified_on($1, day) and exists (
        select from people p join certificate_requirements r on r.person_kind = p.kind where p.id = $1 and r.valid_from <= day)
"""


async def uncertified_days(conn: Any, person_id: UUID, ops: Sequence[Operation[Any]]) -> set[date]:
    """The days of these operations on which the person held no valid certificate: what she recorded then is kept and flagged.

    A day before any certificate was required (a clock that says 1970) says nothing against her.
    """
    days = list({china_day(op.happened_at) for op in ops})
    return {r[0] for r in await conn.fetch(UNCERTIFIED, person_id, days)}


async def reach_employers(conn: Any, ops: Sequence[Operation[Any]]) -> list[Reach | None]:
    """How the acting person could reach each operation's ``payload.employer_id`` on its day; None where none exists yet."""
    rows = await conn.fetch(
        "select ordinal, grid_id, grid_path::text, position_lon, position_lat, reach from employers_for_push($1::uuid[], $2::date[])",
        [op.payload.employer_id for op in ops],
        [china_day(op.happened_at) for op in ops],
    )
    found: list[Reach | None] = [None] * len(ops)
    for ordinal, grid_id, grid_path, lon, lat, how in rows:
        found[ordinal - 1] = Reach(grid_id, grid_path, None if lon is None else Position(lon, lat), how)
    return found


async def existing(conn: Any, kind: str, ids: Sequence[UUID | None]) -> set[UUID]:
    """Which of these things have arrived."""
    wanted = list({i for i in ids if i is not None})
    if not wanted:
        return set()
    return {r[0] for r in await conn.fetch("select existing_ids($1, $2::uuid[])", kind, wanted)}


def quarantine_taken_ids(ops: Sequence[Operation[Any]], verdicts: list[Verdict], stored: set[UUID]) -> None:
    """Of the operations found good, those whose row did not go in name an id that another record has."""
    for index, op in enumerate(ops):
        if verdicts[index].outcome == "applied" and op.entity_id not in stored:
            verdicts[index] = quarantined(EntityIdTaken(), verdicts[index].grid_path)
