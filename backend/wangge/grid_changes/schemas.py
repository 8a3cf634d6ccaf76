"""Wire shapes of changes of the grids. Coordinates are ``[lon, lat]``, EPSG:4326."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

Coordinate = Annotated[list[float], Meta(min_length=2, max_length=2)]
Line = Annotated[list[Coordinate], Meta(min_length=2, max_length=5000)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Note = Annotated[str, Meta(max_length=500)]
Metres = Annotated[float, Meta(ge=0, le=100)]
Polygon = dict[str, Any]
"""A GeoJSON geometry, ``Polygon`` or ``MultiPolygon``."""


class Command(Struct, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    """A change that is asked for. ``basis`` is the preview's: with it, the change is made only on the ground that was looked at."""

    note: Note = ""
    basis: str | None = None


class Split(Command, tag="split"):
    """Divide a grid along a line, which may overshoot. The largest piece keeps id and code; the others are numbered from west to
    east, then north to south, and take ``names`` in that order. ``copy_duties``: who answers for the grid answers for the pieces."""

    grid_id: UUID
    line: Line
    names: Annotated[list[Name], Meta(max_length=50)] = []
    copy_duties: bool = True


class Merge(Command, tag="merge"):
    """Put neighbours of one parent together; ``keep_id`` goes on, the others end."""

    grid_ids: Annotated[list[UUID], Meta(min_length=2, max_length=100)]
    keep_id: UUID
    name: Name | None = None


class MoveBoundary(Command, tag="move_boundary"):
    """A new common border of two neighbours; its ends snap to where the old one ended, or must run across the outer border."""

    grid_ids: Annotated[list[UUID], Meta(min_length=2, max_length=2)]
    line: Line


class Reshape(Command, tag="reshape"):
    """A grid's new outline. What it wins is its siblings' loss; what it loses goes to ``give_to``, else to the sibling with the
    longest common border. Vertices snap to old vertices and edges nearer than ``snap_m``."""

    grid_id: UUID
    polygon: Polygon
    give_to: UUID | None = None
    snap_m: Metres = 5.0


class Draw(Command, tag="draw"):
    """A new grid inside a parent, taken from its children; where there is none yet, the rest becomes a second grid."""

    parent_id: UUID
    polygon: Polygon
    name: Name
    snap_m: Metres = 5.0


class Rename(Command, tag="rename"):
    """A grid's new name."""

    grid_id: UUID
    name: Name


class LayerFeature(Struct, forbid_unknown_fields=True):
    """One grid of an imported layer."""

    name: Name
    polygon: Polygon
    code: Annotated[str, Meta(max_length=20)] | None = None


class Replace(Command, tag="replace"):
    """All children of a parent by an imported layer. A feature goes on as the child with its code, else as the one that it covers
    by more than half. Gaps and overlaps up to ``mend_m2`` each are mended; larger ones are refused with the report."""

    parent_id: UUID
    features: Annotated[list[LayerFeature], Meta(min_length=1, max_length=20_000)]
    mend_m2: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0


class Mend(Command, tag="mend"):
    """Close the small gaps and overlaps between a parent's children."""

    parent_id: UUID
    mend_m2: Annotated[float, Meta(ge=0, le=1_000_000)]


AnyCommand = Split | Merge | MoveBoundary | Reshape | Draw | Rename | Replace | Mend
ChangeKind = Literal["split", "merge", "move_boundary", "reshape", "draw", "rename", "replace", "mend", "undo"]
Fate = Literal["kept", "new", "retired", "noded"]


class Problem(Struct):
    """Why it cannot be made; ``geom`` is where."""

    field: str
    code: str
    detail: str
    geom: dict[str, Any] | None = None


class GridEffect(Struct):
    """What becomes of one grid; ``noded`` only gets vertices where a border ends on its own."""

    id: UUID
    code: str
    name: str
    level: int
    fate: Fate
    before_km2: float | None
    after_km2: float | None


class MovingEmployer(Struct):
    """An employer that goes to another grid."""

    id: UUID
    name: str
    from_name: str
    to_name: str


class EmployersEffect(Struct):
    """``moving`` go to another grid; ``staying`` are those of the grids touched that do not."""

    moving: int
    staying: int
    sample: list[MovingEmployer]


class PersonEffect(Struct):
    """Somebody who answers for a grid that is touched: her grids and the employers in them, before and after."""

    id: UUID
    name: str
    grids_before: list[str]
    grids_after: list[str]
    employers_before: int
    employers_after: int


class PatrolEffect(Struct):
    """An open patrol with a stop at an employer that moves; it goes on."""

    id: UUID
    title: str
    assignee: str
    planned_on: date


class PatrolsEffect(Struct):
    """Open patrols touched."""

    open: int
    sample: list[PatrolEffect]


class PhoneEffect(Struct):
    """A phone of somebody touched. What it has not sent yet is known to it alone; the age of its last contact says how much it
    may be. All of it will be accepted."""

    device_id: UUID
    person_id: UUID
    person_name: str
    last_contact_at: datetime


class Fault(Struct):
    """A gap, an overlap, or a part outside of the parent."""

    kind: Literal["gap", "overlap", "outside"]
    names: list[str]
    area_m2: float
    geom: dict[str, Any]


class TilingReport(Struct):
    """Whether a parent's children tile it; the largest faults, and how many there are."""

    ok: bool
    total: int
    faults: list[Fault]


class ChangePreview(Struct):
    """What a change would do. Nothing has been written."""

    ok: bool
    basis: str
    problems: list[Problem]
    grids: list[GridEffect]
    employers: EmployersEffect
    people: list[PersonEffect]
    patrols: PatrolsEffect
    phones: list[PhoneEffect]
    before: dict[str, Any]
    after: dict[str, Any]
    tiling: TilingReport


class Maker(Struct):
    """Who made it."""

    id: UUID
    name: str | None


class ChangeItem(Struct):
    """A change in a list. ``summary`` names the grids with their fates and counts what was moved."""

    id: UUID
    kind: ChangeKind
    made_by: Maker
    made_at: datetime
    effective_on: date
    grid_id: UUID
    grid_name: str
    note: str
    summary: dict[str, Any]
    undoes: UUID | None
    undone_by: UUID | None


class ChangeDetail(ChangeItem):
    """A change with the grids as they were and as it made them, as FeatureCollections."""

    before: dict[str, Any]
    after: dict[str, Any]


class GridStay(Struct):
    """An employer lay in this grid from a moment (None: from the first) until another (None: still); ``change_id`` is the change of
    the grids that took it there, if one did."""

    grid_id: UUID
    code: str
    name: str
    path: str
    since: datetime | None
    until: datetime | None
    change_id: UUID | None
