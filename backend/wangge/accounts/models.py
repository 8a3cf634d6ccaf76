"""Tables of sign-in. The API's role reads them only through functions of the database (see migrations)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, id_field, moment


class Account(SQLModel, table=True):
    """A sign-in (账号) of a person."""

    __tablename__ = "accounts"
    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="people.id", unique=True)
    login: str = Field(unique=True)
    password_hash: str
    is_active: bool = True


class Device(SQLModel, table=True):
    """A phone or desk (设备) that an account has signed in from."""

    __tablename__ = "devices"
    id: UUID = id_field()
    account_id: UUID = Field(foreign_key="accounts.id", primary_key=True, index=True)
    name: str = ""
    enrolled_at: datetime = moment(default_now=True)
    last_seen_at: datetime = moment(default_now=True)


class Session(SQLModel, table=True):
    """A signed-in session (会话); the token itself is never stored, only its SHA-256."""

    __tablename__ = "sessions"
    id: UUID = id_field()
    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    appointment_id: UUID = Field(foreign_key="appointments.id", index=True)
    device_id: UUID | None = None
    token_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    created_at: datetime = moment(default_now=True)
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)


class AuditEntry(SQLModel, table=True):
    """One line of the audit log (审计日志): append-only, kept at least six months (网络安全法)."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at", "at"),
        Index("ix_audit_log_subject_id", "subject_id"),
        Index("ix_audit_log_person_id", "person_id", "at"),
    )
    id: int | None = Field(default=None, sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True))
    at: datetime = moment(default_now=True)
    person_id: UUID | None = None
    session_id: UUID | None = None
    action: str
    subject_kind: str = ""
    subject_id: UUID | None = None
    grid_path: str | None = Field(default=None, sa_type=Ltree)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}"))


class SignInAttempt(SQLModel, table=True):
    """How often one address tried to sign in during one minute; old minutes are swept by the next attempt."""

    __tablename__ = "sign_in_attempts"
    address: str = Field(primary_key=True)
    minute: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    attempts: int = 1


class SignInFailure(SQLModel, table=True):
    """Wrong guesses at one login, also at one that does not exist: so that an answer never tells which logins do."""

    __tablename__ = "sign_in_failures"
    login: str = Field(primary_key=True)
    failed_count: int = 0
    failed_at: datetime = moment(default_now=True, index=True)
    locked_until: datetime | None = moment(nullable=True)
