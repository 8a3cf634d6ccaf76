"""Reading what a phone sent. Nothing is refused here: what cannot be read becomes a quarantined entry of the journal."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from wangge.core.errors import FieldProblem, InvalidInput, WanggeError
from wangge.core.operations import Binding, Operation
from wangge.sync.errors import KindUnknown, OperationUnreadable
from wangge.sync.kinds import KINDS


class OperationBody(msgspec.Struct):
    """An operation as the phone writes it."""

    op_id: UUID
    kind: str
    v: int
    entity_id: UUID
    captured_at: datetime
    device_id: UUID
    device_seq: int
    payload: msgspec.Raw
    binding: Binding
    base_version: int | None = None


@dataclass
class Entry:
    """One line for the journal: the operation where it could be read, and the problem where not."""

    index: int
    body: str
    op_sha256: str
    op_id: UUID
    has_own_id: bool = True
    kind: str = ""
    v: int = 0
    captured_at: datetime | None = None
    device_id: UUID | None = None
    operation: Operation[Any] | None = None
    problem: WanggeError | None = None


BODY = msgspec.json.Decoder(OperationBody)


def _field_problem(exc: Exception) -> InvalidInput:
    message, _, place = str(exc).partition(" - at `$")
    name = place.strip("`. ") or "body"
    return InvalidInput([FieldProblem(name, "invalid", f"“{name}” 的内容不符合要求（{message}）", message)])


def _salvaged_id(body: str) -> UUID | None:
    try:
        return UUID(msgspec.json.decode(body)["op_id"])
    except (msgspec.DecodeError, UnicodeError, KeyError, TypeError, ValueError, AttributeError):
        return None


def read_operation(index: int, body: str) -> Entry:
    """Read one operation. A body without an id gets one from its own hash, so that a repeat is still a repeat."""
    raw = body.encode("utf-8", "surrogatepass")
    op_sha256 = hashlib.sha256(raw).hexdigest()
    storable = body.replace("\x00", "\\u0000").encode("utf-8", "replace").decode()
    try:
        head = BODY.decode(raw)
    except (msgspec.DecodeError, UnicodeError):
        own_id = _salvaged_id(body)
        op_id = own_id or uuid5(NAMESPACE_OID, op_sha256)
        return Entry(index, storable, op_sha256, op_id, own_id is not None, problem=OperationUnreadable())
    captured_at = head.captured_at if head.captured_at.tzinfo else head.captured_at.replace(tzinfo=UTC)
    entry = Entry(
        index,
        storable,
        op_sha256,
        head.op_id,
        True,
        head.kind[:80].replace("\x00", ""),
        head.v,
        captured_at,
        head.device_id,
    )
    kind = KINDS.get((head.kind, head.v))
    if kind is None:
        entry.problem = KindUnknown(kind=entry.kind, v=head.v)
        return entry
    try:
        payload = kind.decoder.decode(head.payload)
    except (msgspec.DecodeError, UnicodeError) as exc:
        entry.problem = _field_problem(exc)
        return entry
    entry.operation = Operation(head.op_id, op_sha256, storable, head.kind, head.v, head.entity_id, captured_at, head.device_id,
                                head.binding, payload)  # fmt: skip
    return entry
