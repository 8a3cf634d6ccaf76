"""The map of a book: our own borders, lines and points as SVG, in a plane of metres around the grid. No database here."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

import shapely
from pyproj import CRS, Transformer
from shapely.ops import polylabel

from wangge.core.settings import REPOSITORY

WIDTH, HEIGHT_MIN, HEIGHT_MAX = 1740, 900, 1800
"""A tenth of a millimetre each: the width of the text, and between what heights the map may be."""
FONT = "Noto Sans CJK SC"
INK, SOFT, BORDER, GROUND, PAPER, WATER = "#17262d", "#4d5f68", "#5c737c", "#eef2f2", "#fdfefd", "#7fb0c8"
COVERED, UNCOVERED = "#3f7385", "#c8500a"
Point = tuple[float, float]
Ring = Sequence[Point]


@dataclass(frozen=True)
class Outline:
    """A grid: its GeoJSON (degrees, EPSG:4326), its name, where the name is written."""

    shape: dict[str, Any]
    name: str
    label: tuple[float, float] | None = None


@dataclass(frozen=True)
class Dot:
    """An employer: degrees, covered or uncovered, whether on the key list, the number beside it."""

    lon: float
    lat: float
    state: str
    is_key: bool = False
    number: str = ""


@dataclass(frozen=True)
class Drawing:
    """What is drawn, and the words on it; ``margin`` is the share of the longer side that is shown around the grid,
    ``height_max`` tenths of a millimetre."""

    own: Outline
    below: list[Outline] = field(default_factory=list)
    beside: list[Outline] = field(default_factory=list)
    lines: list[list[Point]] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    margin: float = 0.08
    height_max: float = HEIGHT_MAX
    unit: str = "km"
    metre: str = "m"
    north: str = "N"


def polygons(shape: dict[str, Any]) -> Iterable[list[Ring]]:
    """The polygons of a GeoJSON, each as its rings; anything else has none."""
    if shape["type"] == "Polygon":
        yield shape["coordinates"]
    elif shape["type"] in ("MultiPolygon", "GeometryCollection"):
        for part in shape.get("coordinates", []):
            yield part
        for part in shape.get("geometries", []):
            yield from polygons(part)


def bounds(shape: dict[str, Any]) -> tuple[float, float, float, float]:
    """``(west, south, east, north)`` in degrees."""
    points = [p for rings in polygons(shape) for p in rings[0]]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lons), min(lats), max(lons), max(lats)


@cache
def _public_lines() -> list[tuple[str, list[Point]]]:
    file = REPOSITORY / "geodata" / "weifang_basemap.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"] if file.is_file() else []
    return [(f["properties"]["kind"], f["geometry"]["coordinates"]) for f in features if f["geometry"]["type"] == "LineString"]


def backdrop(shape: dict[str, Any], margin: float) -> list[list[Point]]:
    """Rivers and coast that come near the grid, from the deployment's public backdrop."""
    west, south, east, north = bounds(shape)
    reach = max(east - west, north - south) * (margin + 0.5)
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    return [
        line for _, line in _public_lines()
        if any(abs(lon - middle_lon) < reach and abs(lat - middle_lat) < reach for lon, lat in line)
    ]  # fmt: skip


class _Plane:
    """Degrees to tenths of a millimetre on paper, by a transverse Mercator through the middle: true to scale at this size."""

    def __init__(self, shape: dict[str, Any], margin: float, height_max: float) -> None:
        west, south, east, north = bounds(shape)
        crs = CRS.from_proj4(f"+proj=tmerc +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +ellps=GRS80 +units=m")
        self._to_metres = Transformer.from_crs(4326, crs, always_xy=True)
        xs, ys = self._to_metres.transform([p[0] for r in polygons(shape) for p in r[0]], [p[1] for r in polygons(shape) for p in r[0]])
        around = max(max(xs) - min(xs), max(ys) - min(ys)) * margin
        wide, high = max(xs) - min(xs) + 2 * around, max(ys) - min(ys) + 2 * around
        self.height = min(max(WIDTH * high / wide, HEIGHT_MIN), height_max)
        self.scale = min(WIDTH / wide, self.height / high)
        self._middle_x, self._middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2

    def __call__(self, points: Iterable[Sequence[float]]) -> list[Point]:
        """The points on paper, y downwards."""
        points = list(points)
        xs, ys = self._to_metres.transform([p[0] for p in points], [p[1] for p in points])
        return [
            (WIDTH / 2 + (x - self._middle_x) * self.scale, self.height / 2 - (y - self._middle_y) * self.scale)
            for x, y in zip(xs, ys, strict=True)
        ]  # fmt: skip


def _path(plane: _Plane, rings: Iterable[Ring], *, closed: bool = True) -> str:
    end = "Z" if closed else ""
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in plane(ring)) + end for ring in rings)


def _area(plane: _Plane, shape: dict[str, Any]) -> str:
    return "".join(_path(plane, rings) for rings in polygons(shape))


def _spots(points: Sequence[Point]) -> str:
    """All points of a kind as one path: a line of next to no length with round ends is a dot (of no length it is not drawn alone)."""
    return "".join(f"M{x:.1f} {y:.1f}h.1" for x, y in points)


def _label(x: float, y: float, text: str, size: float, colour: str, anchor: str = "middle", weight: int = 400) -> str:
    said = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}"'
    halo = f'stroke="{PAPER}" stroke-width="{size / 5:.1f}" stroke-linejoin="round" fill="{PAPER}"'
    return f'<text {said} {halo}>{escape(text)}</text><text {said} fill="{colour}">{escape(text)}</text>'


def _middle(plane: _Plane, outline: Outline) -> Point | None:
    """Where a name stands: the given spot, or the spot deepest inside the largest part that lies on the sheet."""
    if outline.label:
        return plane([outline.label])[0]
    sheet = shapely.box(0, 0, WIDTH, plane.height)
    parts = [shapely.make_valid(shapely.Polygon(plane(rings[0]))).intersection(sheet) for rings in polygons(outline.shape)]
    areas = [part for whole in parts for part in getattr(whole, "geoms", [whole]) if part.geom_type == "Polygon" and part.area > 0]
    if not areas:
        return None
    spot = polylabel(max(areas, key=lambda area: area.area), tolerance=10)
    return spot.x, spot.y


class _Room:
    """Where names may still stand: not on each other, not across the grid's own border, not over the edge."""

    def __init__(self, plane: _Plane, border: Iterable[Ring]) -> None:
        self._taken: list[shapely.Geometry] = [shapely.LineString(plane(ring)) for ring in border]
        self._sheet = shapely.box(0, 0, WIDTH, plane.height)

    def takes(self, x: float, y: float, text: str, size: float) -> bool:
        """Whether a name finds room around this spot; then it is taken."""
        half, width = size * 0.6, max(len(text), 1) * size * 0.52
        box = shapely.box(x - width, y - half, x + width, y + half)
        if not self._sheet.contains(box) or any(box.intersects(other) for other in self._taken):
            return False
        self._taken.append(box)
        return True


def _scale_bar(plane: _Plane, drawing: Drawing) -> str:
    """A bar of a round length near a fifth of the width."""
    metres = WIDTH / 5 / plane.scale
    power = 10 ** math.floor(math.log10(metres))
    length = max(step for step in (1, 2, 5) if step * power <= metres) * power
    words = f"{length / 1000:g} {drawing.unit}" if length >= 1000 else f"{length:g} {drawing.metre}"
    wide, y = length * plane.scale, plane.height - 40
    bar = f'<path d="M40 {y - 14:.1f}v14h{wide:.1f}v-14" fill="none" stroke="{INK}" stroke-width="4"/>'
    return bar + _label(40 + wide / 2, y - 22, words, 30, INK)


def _north(drawing: Drawing) -> str:
    x, y = WIDTH - 70, 60
    arrow = f'<path d="M{x} {y}l24 70l-24 -16l-24 16z" fill="{INK}"/>'
    return arrow + _label(x, y + 106, drawing.north, 32, INK, weight=700)


def draw(drawing: Drawing) -> str:
    """The map as SVG; the same drawing makes the same text."""
    plane = _Plane(drawing.own.shape, drawing.margin, drawing.height_max)
    own = _area(plane, drawing.own.shape)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {plane.height:.1f}" font-family="{FONT}">',
        f'<rect width="{WIDTH}" height="{plane.height:.1f}" fill="{GROUND}"/>',
        f'<clipPath id="sheet"><rect width="{WIDTH}" height="{plane.height:.1f}"/></clipPath><g clip-path="url(#sheet)">',
    ]
    out += [f'<path d="{_area(plane, o.shape)}" fill="none" stroke="{BORDER}" stroke-width="2.5"/>' for o in drawing.beside]
    out.append(f'<path d="{own}" fill="{PAPER}" fill-rule="evenodd"/>')
    if drawing.lines:
        water = _path(plane, drawing.lines, closed=False)
        out.append(f'<path d="{water}" fill="none" stroke="{WATER}" stroke-width="7" stroke-linejoin="round" stroke-linecap="round"/>')
    out += [f'<path d="{_area(plane, o.shape)}" fill="none" stroke="{SOFT}" stroke-width="3"/>' for o in drawing.below]
    out.append(f'<path d="{own}" fill="none" stroke="{INK}" stroke-width="8" stroke-linejoin="round"/>')
    out += _names(plane, drawing)
    out += _dots(plane, drawing)
    out += [_scale_bar(plane, drawing), _north(drawing), "</g>"]
    frame = f'x="2" y="2" width="{WIDTH - 4}" height="{plane.height - 4:.1f}"'
    out.append(f'<rect {frame} fill="none" stroke="{BORDER}" stroke-width="3"/></svg>')
    return "".join(out)


def _dots(plane: _Plane, drawing: Drawing) -> list[str]:
    """Uncovered ones above covered ones and larger; a ring around those of the key list."""
    many = len(drawing.dots) > 800
    size = {"covered": 9 if many else 18, "uncovered": 12 if many else 24}
    spots = plane([(d.lon, d.lat) for d in drawing.dots]) if drawing.dots else []
    out = []
    for state, colour in (("covered", COVERED), ("uncovered", UNCOVERED)):
        of_it = [s for s, d in zip(spots, drawing.dots, strict=True) if d.state == state]
        if of_it:
            out.append(f'<path d="{_spots(of_it)}" stroke="{PAPER}" stroke-width="{size[state] + 5}" stroke-linecap="round"/>')
            out.append(f'<path d="{_spots(of_it)}" stroke="{colour}" stroke-width="{size[state]}" stroke-linecap="round"/>')
    for (x, y), dot in zip(spots, drawing.dots, strict=True):
        if dot.is_key:
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size["uncovered"]}" fill="none" stroke="{INK}" stroke-width="4"/>')
    out += [_label(x + 17, y + 9, d.number, 26, INK, "start") for (x, y), d in zip(spots, drawing.dots, strict=True) if d.number]
    return out


def _names(plane: _Plane, drawing: Drawing) -> list[str]:
    """Names of the grids below and beside, those that find room."""
    room = _Room(plane, [ring for rings in polygons(drawing.own.shape) for ring in rings])
    out = []
    for outlines, size, colour in ((drawing.below, 32 if len(drawing.below) < 20 else 25, SOFT), (drawing.beside, 30, SOFT)):
        for outline in outlines:
            spot = _middle(plane, outline)
            if spot and room.takes(*spot, outline.name, size):
                out.append(_label(spot[0], spot[1] + size / 3, outline.name, size, colour))
    return out
