"""Tables of people, their appointments and their rights."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field


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
        CheckConstraint("role in ('city', 'county', 'street', 'community')", name="role"),
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
    right_code: str = Field(primary_key=True)
