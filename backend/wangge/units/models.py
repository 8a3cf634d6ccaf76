"""Tables of units, of matters and powers, and of who holds which by law."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class Unit(SQLModel, table=True):
    """An organisation (机构): command centre, county bureau, zone, street office, community."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("kind in ('command_centre', 'county', 'zone', 'street', 'community')", name="kind"),
        CheckConstraint("closed_on is null or closed_on >= opened_on", name="validity"),
        CheckConstraint("parent_id <> id", name="own_parent"),
        Index("ix_units_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_units_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )
    id: UUID = id_field()
    code: str = Field(unique=True)
    name: str
    kind: str
    parent_id: UUID | None = Field(default=None, foreign_key="units.id", index=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    contact_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    contact_phone: str = Field(default="", sa_column_kwargs={"server_default": ""})
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    opened_on: date = Field(default=date(2026, 1, 1), sa_column_kwargs={"server_default": text("'2026-01-01'")})
    closed_on: date | None = None
    close_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class IntakeCounter(SQLModel, table=True):
    """That a unit keeps a counter for tips and complaints (举报投诉窗口), from a day to a day."""

    __tablename__ = "intake_counters"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        Index("uq_intake_counters_open", "unit_id", unique=True, postgresql_where=text("valid_to is null")),
        Index("ix_intake_counters_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    unit_id: UUID = Field(foreign_key="units.id", index=True)
    grid_path: str = grid_path_field()
    valid_from: date
    valid_to: date | None = None
    set_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    set_at: datetime = moment(default_now=True)


class Matter(SQLModel, table=True):
    """A matter (事项) of labour inspection that somebody must answer for."""

    __tablename__ = "matters"
    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    position: int
    source: str
    valid_from: date
    valid_to: date | None = None


class Power(SQLModel, table=True):
    """A power (权限): one thing that a unit may do about a matter."""

    __tablename__ = "powers"
    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    position: int
    source: str


class PowerHolder(SQLModel, table=True):
    """Which kind of unit may hold a power at all, and how: by its own right, by entrustment, or only assisting (配合)."""

    __tablename__ = "power_holders"
    __table_args__ = (
        CheckConstraint("unit_kind in ('command_centre', 'county', 'zone', 'street', 'community')", name="unit_kind"),
        CheckConstraint("manner in ('own', 'entrusted', 'assist')", name="manner"),
    )
    power_code: str = Field(primary_key=True, foreign_key="powers.code")
    unit_kind: str = Field(primary_key=True)
    manner: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    source: str


class UnitPower(SQLModel, table=True):
    """That a unit is competent for a matter by its own right (法定职权), from a day to a day, and by which source."""

    __tablename__ = "unit_powers"
    __table_args__ = (
        CheckConstraint("basis in ('own')", name="basis"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        Index("ix_unit_powers_unit_id_matter_code", "unit_id", "matter_code"),
        Index("ix_unit_powers_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    unit_id: UUID = Field(foreign_key="units.id")
    grid_path: str = grid_path_field()
    matter_code: str = Field(foreign_key="matters.code", index=True)
    basis: str = "own"
    source: str
    valid_from: date
    valid_to: date | None = None
