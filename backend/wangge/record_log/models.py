"""Tables of the record log. The API's role reads them and writes them only through functions of the database."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, LargeBinary
from sqlmodel import Field, SQLModel

from wangge.core.columns import moment


class LogPending(SQLModel, table=True):
    """What has arrived and has no place in the log yet; written by triggers in the transaction that stores it."""

    __tablename__ = "log_pending"
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    kind: str
    subject_id: UUID
    sha256: str
    at: datetime = moment()


class LogEntry(SQLModel, table=True):
    """A leaf of the log (存证条目): an operation's text or a photo's file, by its hash, and when it arrived."""

    __tablename__ = "log_entries"
    __table_args__ = (
        CheckConstraint("kind in ('operation', 'copy', 'original')", name="kind"),
        Index("ix_log_entries_subject_id", "subject_id"),
    )
    log_index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str
    subject_id: UUID
    sha256: str
    at: datetime = moment()
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogNode(SQLModel, table=True):
    """The hash of a complete subtree of 2 to the power of ``level`` leaves (1 and more); ``node_index`` is its number among those."""

    __tablename__ = "log_nodes"
    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    node_index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogRoot(SQLModel, table=True):
    """The log's root at the end of a day in China (日根), signed; what was published is never taken back."""

    __tablename__ = "log_roots"
    day: date = Field(primary_key=True)
    tree_size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root_hash: str
    published_at: datetime = moment()
    key_id: str = Field(foreign_key="server_keys.key_id", index=True)
    signature: str


class PublishedKey(SQLModel, table=True):
    """The public half of a key that this server signs or has signed with (``retired_at``)."""

    __tablename__ = "server_keys"
    key_id: str = Field(primary_key=True)
    public_key: str
    valid_from: datetime = moment(default_now=True)
    retired_at: datetime | None = moment(nullable=True)
