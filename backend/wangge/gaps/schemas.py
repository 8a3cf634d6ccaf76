"""Wire shapes of the gap board."""

from datetime import date
from uuid import UUID

from msgspec import Struct


class GapGrid(Struct):
    """A grid that a number is about; ``label`` is ``[lon, lat]``."""

    id: UUID
    code: str
    name: str
    level: int
    label: list[float]


class GapChild(Struct):
    """A grid below the one asked for, with its gaps by kind (its whole subtree)."""

    grid: GapGrid
    kinds: dict[str, int]


class GapCounts(Struct):
    """How many gaps a subtree has, by kind; ``around`` leads down to it from the outermost grid that one may see.

    ``tilings_pending``: grids whose borders have changed and are being looked at again just now.
    """

    grid: GapGrid | None
    around: list[GapGrid]
    kinds: dict[str, int]
    children: list[GapChild]
    tilings_pending: int


class GridOfGap(GapGrid):
    """Where a gap is; ``path_names`` lead down to it."""

    path_names: list[str]


class EmployerOfGap(Struct):
    """An employer without a place in the territory."""

    id: UUID
    name: str
    address: str
    version: int
    position: list[float] | None


class TilingOfGap(Struct):
    """By how much the children of a grid fail to tile it, square metres; ``children`` 0: it has none yet."""

    children: int
    gap_m2: float
    overlap_m2: float


class UnitOfGap(Struct):
    """A unit that nobody works in."""

    id: UUID
    code: str
    name: str
    kind: str


class PersonOfGap(Struct):
    """Somebody who answers for a grid."""

    id: UUID
    name: str


class CertificateOfGap(Struct):
    """The certificate that she has or last had."""

    kind: str
    expires_on: date | None
    revoked_on: date | None


class GapItem(Struct):
    """One gap; which of the last parts is there depends on its kind. ``employers``: how many files wait in an ownerless grid."""

    id: UUID
    grid: GridOfGap
    employers: int | None = None
    employer: EmployerOfGap | None = None
    tiling: TilingOfGap | None = None
    unit: UnitOfGap | None = None
    person: PersonOfGap | None = None
    certificate: CertificateOfGap | None = None
