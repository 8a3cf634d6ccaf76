"""Table of the keys with which phones seal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, moment


class DeviceKey(SQLModel, table=True):
    """The public half of a key that an account's store on a phone signs with (封签密钥); ``key_id`` is its SHA-256.

    A store that is made anew makes a new key; the former one stays valid for what it has signed. ``was_enrolled``: staff had
    enrolled the phone when the key came.
    """

    __tablename__ = "device_keys"
    __table_args__ = (
        CheckConstraint("key_id ~ '^[0-9a-f]{64}$'", name="key_id"),
        ForeignKeyConstraint(["device_id", "account_id"], ["devices.id", "devices.account_id"], name="fk_device_keys_device_id_account_id"),
        Index("ix_device_keys_device_id_account_id", "device_id", "account_id"),
        Index("ix_device_keys_grid_path", "grid_path", postgresql_using="gist"),
    )
    key_id: str = Field(primary_key=True)
    device_id: UUID
    account_id: UUID
    public_key: str
    proof: str
    was_enrolled: bool
    registered_at: datetime = moment(default_now=True)
    revoked_at: datetime | None = moment(nullable=True)
    grid_path: str = grid_path_field()
