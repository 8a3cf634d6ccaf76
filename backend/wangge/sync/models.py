"""Tables of the sync: the journal of operations, the feed of changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, grid_path_field, id_field, moment


class SyncOperation(SQLModel, table=True):
    """One operation as a phone sent it, byte for byte, with its seal, its receipt and what became of it. Also the refused ones:
    nothing is dropped."""

    __tablename__ = "sync_operations"
    __table_args__ = (
        CheckConstraint(
            "outcome in ('applied', 'conflict', 'waiting_for_parent', 'quarantined')",
            name="outcome",
        ),
        Index("ix_sync_operations_person_id", "person_id", "received_at"),
        Index("ix_sync_operations_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_sync_operations_open", "received_at", postgresql_where=text("outcome <> 'applied'")),
        Index("ix_sync_operations_chain", "person_id", "chain_id", "device_seq", postgresql_where=text("chain_id is not null")),
        Index("ix_sync_operations_entity_id", "entity_id", postgresql_where=text("entity_id is not null")),
        Index("ix_sync_operations_waiting_for", "waiting_for", postgresql_where=text("outcome = 'waiting_for_parent'")),
    )
    person_id: UUID = Field(foreign_key="people.id", primary_key=True)
    op_id: UUID = Field(primary_key=True)
    op_sha256: str = Field(primary_key=True)
    device_id: UUID | None = None
    kind: str
    v: int
    entity_id: UUID | None = None
    body: str
    outcome: str
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    flags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    waiting_for: UUID | None = None
    captured_at: datetime | None = moment(nullable=True)
    received_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
    device_seq: int | None = Field(default=None, sa_type=BigInteger)
    chain_id: UUID | None = None
    prev_sha256: str | None = None
    key_id: str | None = None
    signature: str | None = None
    receipt_key_id: str | None = None
    receipt_signature: str | None = None


class OperationClosing(SQLModel, table=True):
    """Why an operation that was kept without being applied needs nobody any more (办结): withdrawn by whoever captured it, or
    closed at a desk. Written once."""

    __tablename__ = "operation_closings"
    __table_args__ = (
        CheckConstraint("how in ('withdrawn', 'closed')", name="how"),
        ForeignKeyConstraint(
            ["person_id", "op_id", "op_sha256"],
            ["sync_operations.person_id", "sync_operations.op_id", "sync_operations.op_sha256"],
        ),
        Index("ix_operation_closings_grid_path", "grid_path", postgresql_using="gist"),
    )
    person_id: UUID = Field(primary_key=True)
    op_id: UUID = Field(primary_key=True)
    op_sha256: str = Field(primary_key=True, sa_type=Text)
    how: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    closed_by: UUID = Field(foreign_key="people.id", index=True)
    closed_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class OperationRetry(SQLModel, table=True):
    """A desk had the server apply a kept operation again, as it came (重新入库), and what became of it. Written once."""

    __tablename__ = "operation_retries"
    __table_args__ = (
        CheckConstraint("outcome in ('applied', 'conflict', 'waiting_for_parent', 'quarantined')", name="outcome"),
        ForeignKeyConstraint(
            ["person_id", "op_id", "op_sha256"],
            ["sync_operations.person_id", "sync_operations.op_id", "sync_operations.op_sha256"],
        ),
        Index("ix_operation_retries_person_id_op_id_op_sha256", "person_id", "op_id", "op_sha256"),
        Index("ix_operation_retries_person_id_retried_at", "person_id", "retried_at"),
        Index("ix_operation_retries_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    person_id: UUID
    op_id: UUID
    op_sha256: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    problem: str | None = Field(default=None, sa_type=Text)
    retried_by: UUID = Field(foreign_key="people.id", index=True)
    retried_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class Change(SQLModel, table=True):
    """One line of the change feed: this thing changed, as seen on this channel (a grid's or a person's id).

    ``tx`` is the writing transaction; a reader stops before the oldest transaction still running, so a slow one is
    never skipped.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_channel_tx_seq", "channel", "tx", "seq"),)
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    tx: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text::bigint)")))
    channel: UUID
    kind: str
    entity_id: UUID
    grid_path: str | None = Field(default=None, sa_type=Ltree)


class Feed(SQLModel, table=True):
    """The feed's epoch: transaction numbers mean something only within one; a restored backup starts a new one."""

    __tablename__ = "feed"
    epoch: UUID = Field(primary_key=True)
    started_at: datetime = moment(default_now=True)


class KeptPackage(SQLModel, table=True):
    """A part of a grid's work package, compressed as it travels: the grid's employers after the part before, as all who see the grid
    see them.

    What it holds is at least as new as ``tx``; phones get the changes since then besides. ``made_for`` are the feed's epoch and the form
    of an employer on the wire: for another of either it is of no use.
    """

    __tablename__ = "kept_packages"
    __table_args__ = (Index("ix_kept_packages_grid_path", "grid_path", postgresql_using="gist"),)
    grid_id: UUID = Field(foreign_key="grids.id", primary_key=True)
    made_for: str = Field(primary_key=True, sa_type=Text)
    tx: int = Field(primary_key=True, sa_type=BigInteger)
    part: int = Field(primary_key=True)
    employers: int
    last_id: UUID
    is_last: bool
    crc: int = Field(sa_type=BigInteger)
    length: int
    body: bytes
    kept_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
