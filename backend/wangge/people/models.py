"""Tables of the organisation and its people."""

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
    """A person (人员) of the inspectorate or of a community, from nomination to leaving; see ``people.rules`` for the states.

    What identifies her (ID number, whole telephone number) is in ``people_private``. ``name_pinyin`` holds the syllables and the
    initials of the name, so that ``zjm`` and ``zhangjianming`` find 张建明.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("kind in ('staff', 'full_time_inspector', 'part_time_inspector', 'legal_supervisor')", name="kind"),
        CheckConstraint("state in ('nominated', 'approved', 'appointed', 'left', 'rejected')", name="state"),
        CheckConstraint("gender in ('female', 'male')", name="gender"),
        CheckConstraint("birth_year between 1900 and 2100", name="birth_year"),
        CheckConstraint("education in ('middle_school', 'high_school', 'college', 'bachelor', 'postgraduate')", name="education"),
        CheckConstraint("left_on >= joined_on", name="days"),
        Index("ix_people_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_people_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("ix_people_name_pinyin_trgm", "name_pinyin", postgresql_using="gin", postgresql_ops={"name_pinyin": "gin_trgm_ops"}),
    )
    id: UUID = id_field()
    name: str
    name_pinyin: str = Field(default="", sa_column_kwargs={"server_default": ""})
    kind: str
    state: str = Field(default="nominated", sa_column_kwargs={"server_default": "nominated"})
    employee_no: str | None = Field(default=None, unique=True)
    gender: str | None = None
    birth_year: int | None = None
    education: str | None = None
    post: str = Field(default="", sa_column_kwargs={"server_default": ""})
    joined_on: date | None = None
    left_on: date | None = None
    leaving_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    nominated_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    nominated_at: datetime | None = moment(nullable=True)
    decided_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    decided_at: datetime | None = moment(nullable=True)
    decision_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    unit_id: UUID = Field(foreign_key="units.id", index=True)
    grid_path: str = grid_path_field()
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


class PersonPrivate(SQLModel, table=True):
    """What identifies a person; the API's role reaches it only through functions that mask it or record why not."""

    __tablename__ = "people_private"
    person_id: UUID = Field(foreign_key="people.id", primary_key=True)
    phone: str = ""
    id_number: str | None = Field(default=None, unique=True)
    updated_at: datetime = moment(default_now=True)


class Appointment(SQLModel, table=True):
    """An appointment (任命): a role in a unit, from a day to a day. Rights come from the role, reach from the unit.

    ``late_until``: after a hand-over, the last day on which her phone may still send what it captured before.
    """

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
    late_until: date | None = None


class RoleRight(SQLModel, table=True):
    """One right of one role: the rights matrix as data."""

    __tablename__ = "role_rights"
    role: str = Field(primary_key=True)
    right_code: str = Field(primary_key=True)
