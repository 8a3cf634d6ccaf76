"""Tables of registry lists: imports, their rows while they are checked, the register as it stands, remembered columns."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment

SOURCES = ("market_regulation", "tax", "social_insurance")
STATES = ("reading", "needs_answer", "ready", "applying", "applied", "failed", "withdrawn")
ROW_STATES = ("open", "repeated", "closed", "gone")


def _text_list() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


class RegistryImport(SQLModel, table=True):
    """A list that somebody wants to import: the file by its hash, the answers given, what reading found, how far it has come.

    ``grid_id`` is the area that the list is of. ``attempt`` is the secret of the work under way, ``alive_at`` its last sign of
    life; whoever finds it silent goes on where it stopped. ``rows_done`` counts rows of the stage under way.
    """

    __tablename__ = "registry_imports"
    __table_args__ = (
        CheckConstraint(f"source in {SOURCES}", name="source"),
        CheckConstraint(f"state in {STATES}", name="state"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("(state in ('reading', 'applying')) = (attempt is not null)", name="attempt"),
        Index("ix_registry_imports_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_registry_imports_made_at", "made_at", "id"),
        Index("ix_registry_imports_under_way", "alive_at", postgresql_where=text("state in ('reading', 'applying')")),
        Index("uq_registry_imports_attempt", "attempt", unique=True, postgresql_where=text("attempt is not null")),
    )
    id: UUID = id_field()
    source: str
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    file_name: str
    sha256: str = Field(index=True)
    size_bytes: int
    state: str
    stage: str = ""
    rows_done: int = 0
    attempt: UUID | None = None
    alive_at: datetime = moment(default_now=True)
    answers: Any = Field(sa_column=Column(JSONB, nullable=False))
    report: Any = Field(sa_column=Column(JSONB, nullable=True))
    problem: Any = Field(sa_column=Column(JSONB, nullable=True))
    result: Any = Field(sa_column=Column(JSONB, nullable=True))
    version: int = 1
    made_by: UUID = Field(foreign_key="people.id", index=True)
    made_at: datetime = moment(default_now=True)
    updated_at: datetime = moment(default_now=True)
    applied_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    applied_at: datetime | None = moment(nullable=True)


class RegistryImportRow(SQLModel, table=True):
    """One row of a list while it is checked: as it would be written, with what is wrong with it.

    ``number`` is the row as the spreadsheet counts. Rows without problems leave when they are written; the others stay with
    their cells as they came (``raw``), so that the marked-up sheet can be had afterwards.
    """

    __tablename__ = "registry_import_rows"
    __table_args__ = (
        CheckConstraint("severity in ('error', 'warning', 'none')", name="severity"),
        Index("ix_registry_import_rows_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_registry_import_rows_key", "import_id", "row_key"),
        Index("ix_registry_import_rows_problems", "import_id", "number", postgresql_where=text("severity <> 'none'")),
        Index("ix_registry_import_rows_to_write", "import_id", "number", postgresql_where=text("severity <> 'error' and not written")),
    )
    import_id: UUID = Field(foreign_key="registry_imports.id", primary_key=True)
    number: int = Field(primary_key=True)
    grid_path: str = grid_path_field()
    severity: str
    written: bool = False
    problems: Any = Field(sa_column=Column(JSONB, nullable=False))
    raw: Any = Field(sa_column=Column(JSONB, nullable=True))
    row_key: str
    digest: str
    uscc: str | None = None
    registration_no: str | None = None
    name: str
    address: str
    contact_name: str
    contact_phone: str
    industry_code: str | None = None
    employees: int | None = None
    registered_on: date | None = None
    status: str
    division: str
    lon: float | None = None
    lat: float | None = None
    name_key: str
    core: str
    pinyin: str
    place: str
    address_key: str
    blocks: list[str] = _text_list()


class RegistryChunkRow(SQLModel, table=True):
    """A row on its way from a reading process: copied in and taken over within one transaction, so that nobody ever sees one."""

    __tablename__ = "registry_chunk_rows"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
    attempt: UUID = Field(
        primary_key=True, sa_column_kwargs={"server_default": text("(nullif(current_setting('app.attempt', true), ''))::uuid")}
    )
    number: int = Field(primary_key=True)
    severity: str
    problems: Any = Field(sa_column=Column(JSONB, nullable=False))
    raw: Any = Field(sa_column=Column(JSONB, nullable=True))
    row_key: str
    digest: str
    uscc: str | None = None
    registration_no: str | None = None
    name: str
    address: str
    contact_name: str
    contact_phone: str
    industry_code: str | None = None
    employees: int | None = None
    registered_on: date | None = None
    status: str
    division: str
    lon: float | None = None
    lat: float | None = None
    name_key: str
    core: str
    pinyin: str
    place: str
    address_key: str
    blocks: list[str] = _text_list()


class RegistryRow(SQLModel, table=True):
    """What a registry says of one employer today, and the file that it belongs to.

    ``grid_id``/``grid_path``: the deepest grid known, by its point, else by its division, else the list's (``grid_source``).
    ``state``: open, repeated (another registry's row with the same credit code stands for it), closed (the registry says so),
    gone (no longer in a whole list). Without ``employer_id`` and open, nobody has a file of it.
    """

    __tablename__ = "registry_rows"
    __table_args__ = (
        CheckConstraint(f"source in {SOURCES}", name="source"),
        CheckConstraint(f"state in {ROW_STATES}", name="state"),
        CheckConstraint("grid_source in ('position', 'division', 'list')", name="grid_source"),
        CheckConstraint("matched_by in ('auto', 'person')", name="matched_by"),
        Index("uq_registry_rows_key", "source", "list_grid_id", "row_key", unique=True),
        Index("ix_registry_rows_list", "list_grid_id", "source", "id"),
        Index("ix_registry_rows_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_registry_rows_uscc", "uscc"),
        Index("ix_registry_rows_name_id", "name", "id"),
        Index("ix_registry_rows_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("ix_registry_rows_blocks", "blocks", postgresql_using="gin", postgresql_where=text("employer_id is null")),
        Index("ix_registry_rows_no_file", "grid_path", "id", postgresql_where=text("employer_id is null and state = 'open'")),
        Index("ix_registry_rows_to_geocode", "id",
              postgresql_where=text("position is null and geocoded_at is null and address <> '' and state = 'open'")),
        Index("ix_registry_rows_geocoded_at", "geocoded_at", postgresql_where=text("geocoded_at is not null")),
    )  # fmt: skip
    id: UUID = id_field()
    import_id: UUID = Field(foreign_key="registry_imports.id", index=True)
    source: str
    list_grid_id: UUID = Field(foreign_key="grids.id")  # ix_registry_rows_list begins with it
    number: int
    row_key: str
    digest: str
    uscc: str | None = None
    registration_no: str | None = None
    name: str
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    industry_code: str | None = None
    employees: int | None = None
    registered_on: date | None = None
    status: str = ""
    division: str = ""
    position: Any = Field(sa_column=Column(Geometry("POINT", srid=4326), nullable=True))
    position_source: str | None = None
    geocoded_at: datetime | None = moment(nullable=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    grid_source: str
    state: str = "open"
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    matched_by: str | None = None
    match_score: int | None = None
    first_seen_at: datetime = moment(default_now=True)
    changed_at: datetime = moment(default_now=True)
    version: int = 1
    name_key: str
    core: str
    pinyin: str
    place: str
    address_key: str
    blocks: list[str] = _text_list()


class RegistryMapping(SQLModel, table=True):
    """Which column is what, as somebody corrected it once for headings like these (``fingerprint``) of a source."""

    __tablename__ = "registry_mappings"
    __table_args__ = (Index("ix_registry_mappings_grid_path", "grid_path", postgresql_using="gist"),)
    grid_id: UUID = Field(foreign_key="grids.id", primary_key=True)
    source: str = Field(primary_key=True)
    fingerprint: str = Field(primary_key=True)
    grid_path: str = grid_path_field()
    columns: Any = Field(sa_column=Column(JSONB, nullable=False))
    remembered_by: UUID = Field(foreign_key="people.id", index=True)
    remembered_at: datetime = moment(default_now=True)
