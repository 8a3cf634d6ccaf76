"""Tables of sign-in. The API's role reads them only through functions of the database (see migrations)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKeyConstraint, Identity, Index, LargeBinary, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, grid_path_field, id_field, moment


class Account(SQLModel, table=True):
    """A sign-in (账号) of a person. ``totp_secret`` is encrypted (see ``secrets_box``); triggers fill ``grid_path`` from the person."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("ix_accounts_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_accounts_login_trgm", "login", postgresql_using="gin", postgresql_ops={"login": "gin_trgm_ops"}),
    )
    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="people.id", unique=True)
    login: str = Field(unique=True)
    password_hash: str
    is_active: bool = True
    grid_path: str = grid_path_field()
    created_at: datetime = moment(default_now=True)
    created_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    must_change_password: bool = False
    password_set_at: datetime = moment(default_now=True)
    totp_secret: str | None = None
    totp_confirmed_at: datetime | None = moment(nullable=True)
    totp_last_step: int | None = Field(default=None, sa_type=BigInteger)
    disabled_at: datetime | None = moment(nullable=True)
    disabled_reason: str = ""


class Device(SQLModel, table=True):
    """A phone or desk (设备) that an account has signed in from; ``bound_at`` is when staff enrolled it by code."""

    __tablename__ = "devices"
    __table_args__ = (Index("ix_devices_grid_path", "grid_path", postgresql_using="gist"),)
    id: UUID = id_field()
    account_id: UUID = Field(foreign_key="accounts.id", primary_key=True, index=True)
    name: str = ""
    enrolled_at: datetime = moment(default_now=True)
    last_seen_at: datetime = moment(default_now=True, index=True)
    grid_path: str = grid_path_field()
    model: str = ""
    app_version: str = ""
    bound_at: datetime | None = moment(nullable=True)
    bound_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    unsent_operations: int | None = None
    unsent_photos: int | None = None
    unsent_reported_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    revoked_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    wipe_ordered_at: datetime | None = moment(nullable=True)
    wipe_ordered_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    wipe_reason: str = ""
    wiped_at: datetime | None = moment(nullable=True)


class Session(SQLModel, table=True):
    """A signed-in session (会话); the token itself is never stored, only its SHA-256."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("kind in ('desk', 'phone')", name="kind"),
        Index("ix_sessions_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    appointment_id: UUID = Field(foreign_key="appointments.id", index=True)
    device_id: UUID | None = None
    token_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    created_at: datetime = moment(default_now=True)
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)
    grid_path: str = grid_path_field()
    kind: str = "desk"
    last_used_at: datetime = moment(default_now=True, index=True)
    address: str = ""
    agent: str = ""


class OneTimeCode(SQLModel, table=True):
    """A code that works once (一次性码): to reset a password, to enrol a phone, to get in without the authenticator."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("kind in ('reset', 'enrol', 'recovery')", name="kind"),
        Index("ix_one_time_codes_account_id", "account_id", "kind"),
        Index("ix_one_time_codes_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    kind: str
    account_id: UUID = Field(foreign_key="accounts.id")
    code_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issued_by: UUID = Field(foreign_key="people.id", index=True)
    issued_at: datetime = moment(default_now=True)
    expires_at: datetime | None = moment(nullable=True)
    used_at: datetime | None = moment(nullable=True)
    clears_totp: bool = False
    grid_path: str = grid_path_field()


class PastPassword(SQLModel, table=True):
    """The hash of a former password: a new one must differ from the last few."""

    __tablename__ = "past_passwords"
    __table_args__ = (Index("ix_past_passwords_account_id", "account_id", "set_at"),)
    id: UUID = id_field()
    account_id: UUID = Field(foreign_key="accounts.id")
    password_hash: str
    set_at: datetime = moment()


class PhoneStoreKey(SQLModel, table=True):
    """The key that opens an account's store on one phone when its PIN was forgotten; ``key_locked`` is encrypted (see
    ``secrets_box``), and nobody but the person herself, freshly signed in on that phone, is given it."""

    __tablename__ = "phone_store_keys"
    __table_args__ = (ForeignKeyConstraint(["device_id", "account_id"], ["devices.id", "devices.account_id"]),)
    device_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True, index=True)
    key_id: UUID
    key_locked: str
    kept_at: datetime = moment(default_now=True)


class AuditEntry(SQLModel, table=True):
    """One line of the audit log (审计日志): append-only, by months (partitions in the schema ``audit_months``), kept at least
    six months (网络安全法)."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at", "at", "id"),
        Index("ix_audit_log_subject_id", "subject_id", "at"),
        Index("ix_audit_log_person_id", "person_id", "at"),
        Index("ix_audit_log_action", "action", "at"),
    )
    id: int | None = Field(default=None, sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True, server_default=func.now()))
    person_id: UUID | None = None
    account_id: UUID | None = None
    session_id: UUID | None = None
    device_id: UUID | None = None
    address: str = ""
    agent: str = ""
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
