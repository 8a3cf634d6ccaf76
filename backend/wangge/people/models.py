"""Tables of the organisation and its people."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field


class Unit(SQLModel, table=True):
    """An organisation (机构): command centre, county bureau, zone, street office, community."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("kind in ('command_centre', 'county', 'zone', 'street', 'community')", name="kind"),
        Index("ix_units_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    code: str = Field(unique=True)
    name: str
    kind: str
    parent_id: UUID | None = Field(default=None, foreign_key="units.id", index=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()


class Person(SQLModel, table=True):
    """A person (人员) of the inspectorate or of a community."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("kind in ('staff', 'full_time_inspector', 'part_time_inspector', 'legal_supervisor')", name="kind"),
        Index("ix_people_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_people_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )
    id: UUID = id_field()
    name: str
    kind: str
    phone: str = ""
    unit_id: UUID = Field(foreign_key="units.id", index=True)
    grid_path: str = grid_path_field()


class Appointment(SQLModel, table=True):
    """An appointment (任命): a role in a unit, from a day to a day. Rights come from the role, reach from the unit."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("role in ('city', 'county', 'street', 'community', 'auditor')", name="role"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
    )
    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="people.id", index=True)
    role: str
    unit_id: UUID = Field(foreign_key="units.id", index=True)
    grid_path: str = grid_path_field()
    valid_from: date
    valid_to: date | None = None


class RoleRight(SQLModel, table=True):
    """One right of one role: the rights matrix as data."""

    __tablename__ = "role_rights"
    role: str = Field(primary_key=True)
    right_code: str = Field(primary_key=True, foreign_key="rights.code", index=True)


class Right(SQLModel, table=True):
    """What a right is called and what it opens (权限): the rows of the matrix."""

    __tablename__ = "rights"
    __table_args__ = (CheckConstraint("kind in ('read', 'write')", name="kind"),)
    code: str = Field(primary_key=True)
    seq: int
    kind: str
    zh: str
    en: str
    opens_zh: str
    opens_en: str
