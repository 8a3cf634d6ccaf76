"""Reading what a phone sent. Nothing is refused here: what cannot be read becomes a quarantined entry of the journal."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
from msgspec import Meta

from wangge.core.errors import FieldProblem, InvalidInput, WanggeError
from wangge.core.operations import Binding, Operation
from wangge.core.signatures import is_well_formed
from wangge.core.validation import field_problem
from wangge.sync.errors import KindUnknown, OperationUnreadable
from wangge.sync.kinds import KINDS

# A clock outside these years is broken beyond use; inside them, any error is kept and flagged.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class OperationBody(msgspec.Struct):
    """An operation as the phone writes it."""

    op_id: UUID
    kind: Annotated[str, Meta(max_length=80)]
    v: Annotated[int, Meta(ge=1, le=32_767)]
    entity_id: UUID
    captured_at: datetime
    device_id: UUID
    device_seq: int
    payload: msgspec.Raw
    binding: Binding
    base_version: int | None = None
    chain_id: UUID | None = None
    prev_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None


@dataclass(frozen=True)
class Link:
    """Where an operation stands in the chain of its phone's store: its number, and the hash of the text before it (null: the first)."""

    chain_id: UUID | None = None
    device_seq: int | None = None
    prev_sha256: str | None = None


@dataclass
class Entry:
    """One line for the journal: the operation where it could be read, and the problem where not.

    ``raw`` are the bytes that were hashed and signed; ``key_id`` and ``signature`` are None where it came unsealed, and
    ``has_broken_seal`` where what came as a seal is not one.
    """

    index: int
    body: str
    raw: bytes
    op_sha256: str
    op_id: UUID
    has_own_id: bool = True
    kind: str = ""
    v: int = 0
    captured_at: datetime | None = None
    device_id: UUID | None = None
    operation: Operation[Any] | None = None
    problem: WanggeError | None = None
    entity_id: UUID | None = None
    link: Link = Link()
    key_id: str | None = None
    signature: str | None = None
    has_broken_seal: bool = False

    @property
    def key(self) -> tuple[UUID, str]:
        """What makes a repeat a repeat: the id and the content."""
        return self.op_id, self.op_sha256


BODY = msgspec.json.Decoder(OperationBody)
KEY_ID = re.compile("[0-9a-f]{64}")
UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def _problem(exc: Exception) -> WanggeError:
    """Which field does not hold; a text that is no JSON has no fields."""
    if not isinstance(exc, msgspec.ValidationError):
        return OperationUnreadable()
    return InvalidInput([field_problem(str(exc), "body")])


def _salvaged_id(body: str) -> UUID | None:
    """The operation's id, read as leniently as can be, so that the phone learns which of its records this is about."""
    try:
        return UUID(json.loads(body, strict=False)["op_id"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _in_utc(moment: datetime) -> datetime | None:
    """The moment as UTC (a clock that names no zone means UTC), or None when it is no possible one."""
    try:
        utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None
    return utc if EARLIEST <= utc < LATEST else None


def _impossible_moment() -> InvalidInput:
    years = f"{EARLIEST.year}-{LATEST.year - 1}"
    return InvalidInput(
        [FieldProblem("captured_at", "invalid", f"记录时间不可能（应在 {years} 年之间），请检查手机时钟。",
                      f"No possible moment (the years {years} are); check the phone's clock.")]
    )  # fmt: skip


def _link(head: OperationBody) -> Link:
    if head.chain_id is None or not 0 < head.device_seq < 2**63:
        return Link()
    return Link(head.chain_id, head.device_seq, head.prev_sha256)


def read_operation(index: int, body: str, key_id: str | None = None, signature: str | None = None) -> Entry:
    """Read one operation and what came as its seal. A body without an id gets one from its own hash, so that a repeat is still a
    repeat."""
    entry = _read(index, body)
    if key_id is None and signature is None:
        return entry
    if key_id and signature and KEY_ID.fullmatch(key_id) and is_well_formed(signature):
        entry.key_id, entry.signature = key_id, signature
    else:
        entry.has_broken_seal = True
    return entry


def _read(index: int, body: str) -> Entry:
    raw = body.encode("utf-8", "surrogatepass")
    op_sha256 = hashlib.sha256(raw).hexdigest()
    storable = body.replace("\x00", "\\u0000").encode("utf-8", "replace").decode()
    try:
        head = BODY.decode(raw)
    except UNREADABLE as exc:
        own_id = _salvaged_id(body)
        problem = _problem(exc) if own_id else OperationUnreadable()
        return Entry(index, storable, raw, op_sha256, own_id or uuid5(NAMESPACE_OID, op_sha256), own_id is not None, problem=problem)
    captured_at = _in_utc(head.captured_at)
    entry = Entry(index, storable, raw, op_sha256, head.op_id, True, head.kind.replace("\x00", ""), head.v, captured_at,
                  head.device_id, entity_id=head.entity_id, link=_link(head))  # fmt: skip
    kind = KINDS.get((head.kind, head.v))
    if kind is None:
        entry.problem = KindUnknown(kind=entry.kind, v=head.v)
        return entry
    if captured_at is None:
        entry.problem = _impossible_moment()
        return entry
    try:
        payload = kind.decoder.decode(head.payload)
    except UNREADABLE as exc:
        entry.problem = _problem(exc)
        return entry
    entry.operation = Operation(head.op_id, op_sha256, storable, head.kind, head.v, head.entity_id, captured_at, head.device_id,
                                head.binding, payload, head.base_version, head.chain_id, head.device_seq)  # fmt: skip
    return entry
