"""The four levels of grids: city; counties and development zones; streets; communities."""

from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from . import shapes, sources, tiling
from .sources import CITY_CODE, OWN_ZONE_CODES, Outline, Village
from .tiling import StreetPlan

KINDS = {1: "city", 3: "street", 4: "community"}


@dataclass(frozen=True)
class Grid:
    """One grid: `code` is its label in `path`; geometry in canonical form on the 1e-6 degree grid."""

    code: str
    name: str
    level: int
    kind: str
    parent_code: str | None
    path: str
    division_code: str | None
    geo_county_code: str | None
    has_county_code: bool
    synthetic: bool
    name_damaged: bool
    label: tuple[float, float]
    geom: BaseGeometry

    @property
    def props(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "level": self.level,
            "kind": self.kind,
            "parent_code": self.parent_code,
            "path": self.path,
            "division_code": self.division_code,
            "geo_county_code": self.geo_county_code,
            "has_county_code": self.has_county_code,
            "synthetic": self.synthetic,
            "name_damaged": self.name_damaged,
            "label_lon": self.label[0],
            "label_lat": self.label[1],
            "area_km2": round(shapes.area_km2(self.geom), 4),
        }


@dataclass(frozen=True)
class City:
    """All grids by level, and the neighbours of each community grid within its street."""

    grids: dict[int, list[Grid]]
    neighbours: dict[str, list[str]]
    outline_deviation_m: dict[str, float]

    @property
    def all(self) -> list[Grid]:
        return [grid for level in sorted(self.grids) for grid in self.grids[level]]


def build() -> City:
    """Every grid of Weifang, from the sources; see `geodata/SOURCES.md` for what is real."""
    streets = {o.props["code"][:9]: o for o in sources.outlines("weifang_streets_tianditu.geojson")}
    counties = {o.props["code"][:6]: o for o in sources.outlines("weifang_counties_tianditu.geojson")}
    zones = {OWN_ZONE_CODES[o.props["code"]]: o for o in sources.outlines("weifang_zones_tianditu.geojson")}
    city = sources.outlines("weifang_city_tianditu.geojson")[0]
    villages = sources.villages_by_street()
    if set(villages) != set(streets):
        raise ValueError("the streets with villages and the streets with outlines differ")

    zone_of = {member[:9]: code for code, zone in zones.items() for member in zone.props["members"]}
    county_of = {code: o.props["geo_county_code"][:6] for code, o in streets.items()}
    unit_of = {code: zone_of.get(code, county_of[code]) for code in streets}

    cells = tiling.tile([StreetPlan(code, o.geom, _source_label(o), len(villages[code])) for code, o in sorted(streets.items())])

    communities: list[Grid] = []
    street_grids: list[Grid] = []
    near: dict[str, list[str]] = {}
    for code, outline in sorted(streets.items()):
        parent = f"{CITY_CODE}.{unit_of[code]}.{code}"
        seat = _source_label(outline)
        members = _settle(villages[code], cells[code], seat)
        adjacent = tiling.neighbours([cell for _, cell in members])
        for i, (village, cell) in enumerate(members):
            grid_code = f"{village.code}001"
            near[grid_code] = sorted(f"{members[j][0].code}001" for j in adjacent[i])
            communities.append(
                Grid(
                    code=grid_code,
                    name=village.name,
                    level=4,
                    kind="community",
                    parent_code=code,
                    path=f"{parent}.{grid_code}",
                    division_code=village.code,
                    geo_county_code=county_of[code],
                    has_county_code=True,
                    synthetic=True,
                    name_damaged=village.code in sources.DAMAGED_NAMES,
                    label=shapes.label_inside(cell),
                    geom=cell,
                )
            )
        geom = _union(cells[code])
        street_grids.append(
            Grid(
                code=code,
                name=outline.props["name"],
                level=3,
                kind="street",
                parent_code=unit_of[code],
                path=parent,
                division_code=f"{code}000",
                geo_county_code=county_of[code],
                has_county_code=True,
                synthetic=True,
                name_damaged=False,
                label=shapes.label_inside(geom, seat),
                geom=geom,
            )
        )

    units: list[Grid] = []
    for code in sorted([*counties, *zones]):
        outline = counties.get(code) or zones[code]
        is_zone = code in zones
        geom = _union([g.geom for g in street_grids if g.parent_code == code])
        territory = {county_of[m] for m in zone_of if zone_of[m] == code} if is_zone else {code}
        has_code = code.isdigit()
        units.append(
            Grid(
                code=code,
                name=outline.props["name"].removesuffix("（示意）"),
                level=2,
                kind="zone" if is_zone else "county",
                parent_code=CITY_CODE,
                path=f"{CITY_CODE}.{code}",
                division_code=f"{code}000000" if has_code else None,
                geo_county_code=territory.pop() if len(territory) == 1 else None,
                has_county_code=has_code,
                synthetic=is_zone or any(county_of[member] == code for member in zone_of),
                name_damaged=False,
                label=shapes.label_inside(geom, _source_label(outline)),
                geom=geom,
            )
        )

    whole = _union([g.geom for g in units])
    top = Grid(
        code=CITY_CODE,
        name=city.props["name"],
        level=1,
        kind="city",
        parent_code=None,
        path=CITY_CODE,
        division_code=f"{CITY_CODE}000000",
        geo_county_code=None,
        has_county_code=False,
        synthetic=False,
        name_damaged=False,
        label=shapes.label_inside(whole, _source_label(city)),
        geom=whole,
    )
    uncut = {code: _union([g.geom for g in street_grids if county_of[g.code] == code]) for code in counties}
    deviation = {
        "city": _deviation_m([whole], [city.geom]),
        "county": _deviation_m([uncut[c] for c in counties], [counties[c].geom for c in counties]),
        "street": _deviation_m([g.geom for g in street_grids], [streets[g.code].geom for g in street_grids]),
    }
    return City({1: [top], 2: units, 3: street_grids, 4: communities}, near, deviation)


def _source_label(outline: Outline) -> tuple[float, float]:
    return outline.props["label_lon"], outline.props["label_lat"]


def _union(parts: list[BaseGeometry]) -> BaseGeometry:
    return shapes.canonical(shapely.coverage_union_all(parts))


def _deviation_m(built: list[BaseGeometry], given: list[BaseGeometry]) -> float:
    """How far the farthest vertex of ours lies from the given outline, in metres (a degree counted as 111.3 km).

    Measured from ours, because one street of the source (370705004) has a needle 1 km long and narrower than the grid,
    which encloses nothing and is gone from ours.
    """
    far = max(shapely.distance(shapely.points(shapely.get_coordinates(b)), g.boundary).max() for b, g in zip(built, given, strict=True))
    return float(far) * 111_300


def _settle(villages: list[Village], cells: list[BaseGeometry], seat: tuple[float, float]) -> list[tuple[Village, BaseGeometry]]:
    """Villages paired with cells, by ascending code.

    The real places are not published, so position follows rules alone: resident committees (last three digits below
    200) take the cells nearest the seat, villages the rest; within both, codes run in rows from north to south, each
    row from west to east (DB6101/T 3185-2024 numbers grids that way).
    """
    urban = [v for v in villages if int(v.code[9:]) < 200]
    rural = [v for v in villages if int(v.code[9:]) >= 200]
    middles = [(cell.centroid.x, cell.centroid.y) for cell in cells]

    def from_seat(i: int) -> tuple[float, int]:
        dx, dy = (middles[i][0] - seat[0]) * tiling.LON_SCALE, middles[i][1] - seat[1]
        return dx * dx + dy * dy, i

    by_nearness = sorted(range(len(cells)), key=from_seat)
    settled: list[tuple[Village, BaseGeometry]] = []
    for group, places in ((urban, by_nearness[: len(urban)]), (rural, by_nearness[len(urban) :])):
        settled += zip(group, [cells[i] for i in _in_rows(places, middles)], strict=True)
    return sorted(settled, key=lambda pair: pair[0].code)


def _in_rows(places: list[int], middles: list[tuple[float, float]]) -> list[int]:
    if not places:
        return []
    per_row = max(1, round(len(places) ** 0.5))
    southward = sorted(places, key=lambda i: (-middles[i][1], i))
    rows = [southward[k : k + per_row] for k in range(0, len(southward), per_row)]
    return [i for row in rows for i in sorted(row, key=lambda i: (middles[i][0], i))]
