"""Wire shapes of the sync."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.core.operations import Outcome


class SealedOperation(Struct):
    """One operation: ``body`` is the text of an ``OperationBody``, canonical JSON (RFC 8785), hashed and kept as it is.

    ``signature`` is that of the key ``key_id`` over the text's UTF-8 bytes; a phone that has no key sends neither.
    """

    body: str
    key_id: str | None = None
    signature: str | None = None


class Push(Struct):
    """A batch of operations in the order of capture."""

    operations: list[SealedOperation]


class Receipt(Struct):
    """The server has it. ``op_sha256`` is the SHA-256 of the body's UTF-8 bytes; only a receipt with the phone's own hash
    lets the phone drop its copy. Repeated operations get the same receipt.

    ``signature`` is the server key's (``key_id``, see ``/api/log/key``) over ``{"key_id","op_id","op_sha256","received_at","type"}`` in
    canonical JSON, type ``wangge.receipt``.
    """

    op_id: UUID
    op_sha256: str
    received_at: datetime
    key_id: str
    signature: str


class OperationOutcome(Struct):
    """What became of one operation; ``op_id`` is null where none could be read (then ``index`` tells which it was)."""

    index: int
    op_id: UUID | None
    outcome: Outcome
    receipt: Receipt
    flags: list[str]
    problem: dict[str, Any] | None = None


class PushAnswer(Struct):
    """One outcome for each operation, in their order."""

    server_time: datetime
    outcomes: list[OperationOutcome]


class PullItem(Struct):
    """A thing as it now stands; ``data`` null means that it left the scope: purge it."""

    kind: Literal["grid", "patrol", "employer"]
    id: UUID
    data: dict[str, Any] | None


class PullProgress(Struct):
    """How far a snapshot is, in things."""

    done: int
    total: int


class PullPage(Struct):
    """A page of changes; store its items and its cursor in one transaction and ask again until ``up_to_date``.

    ``reset`` opens a snapshot: what it does not repeat by the first ``up_to_date`` page has left the scope.
    """

    cursor: str
    reset: bool
    up_to_date: bool
    progress: PullProgress | None
    server_time: datetime
    scope_grid_ids: list[UUID]
    items: list[PullItem]


class RetriedOperation(Struct):
    """What became of an operation that a desk had applied again; ``problem`` is its type, null where there is none."""

    op_id: UUID
    outcome: str
    problem: str | None


class PersonName(Struct):
    """A person by name."""

    id: UUID
    name: str | None


class ClosingReason(Struct):
    """Why a kept operation needs nobody any more."""

    reason: Annotated[str, Meta(min_length=2, max_length=300)]


class OperationClosingRead(Struct):
    """How, why, by whom and when a kept operation was closed."""

    how: Literal["withdrawn", "closed"]
    reason: str
    by: PersonName
    at: datetime


class OperationRetryRead(Struct):
    """When, by whom and with what outcome a kept operation was last applied again."""

    by: PersonName
    at: datetime
    outcome: str


class OperationRead(Struct):
    """An operation in the journal, with the text as it came."""

    op_id: UUID
    kind: str
    v: int
    entity_id: UUID | None
    person: PersonName
    grid_name: str | None
    captured_at: datetime | None
    received_at: datetime
    outcome: str
    flags: list[str]
    problem: dict[str, Any] | None
    body: str
    closing: OperationClosingRead | None = None
    retry: OperationRetryRead | None = None
