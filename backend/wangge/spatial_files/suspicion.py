"""Whether a file's coordinates fit what is already known, and if not, which shift or datum would fit, in numbers.

Nothing is converted here: the answer is evidence for a question.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from wangge.spatial_files.datums import BD09, GCJ02, to_wgs84
from wangge.spatial_files.defects import Position
from wangge.spatial_files.drawn import POINTS, POLYGONS
from wangge.spatial_files.features import Feature, KnownBoundary, bounds_of
from wangge.spatial_files.gcj02 import wgs84_to_bd09, wgs84_to_gcj02
from wangge.spatial_files.measure import Coordinates

_REACH_M = 1500.0  # GCJ-02 and BD-09 shift by less than this anywhere in China
_BIN_M = 25.0
_NEAR_M = 20.0
_STEP_M = 60.0
_STEP_DEG = 0.0005  # about 50 m; only how densely borders are sampled
_MAX_SAMPLES = 1200
_MAX_KNOWN_POINTS = 60_000
_MAX_PAIRS = 3_000_000
_FAR_M = 5_000.0
_MIN_CLAIMS = 5
_FITS_SHARE = 0.6  # with so many border points in place nothing else is looked for
# A small shape can be laid along some border by chance; one that fits when read as a known datum hardly ever is.
_MIN_SHARE_READ, _TIMES_BETTER_READ = 0.2, 3.0
_MIN_SHARE_SHIFTED, _TIMES_BETTER_SHIFTED = 0.6, 3.0


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How well a file fits, as read and otherwise. Shares are of sampled border points, or of named points, 0 to 1."""

    is_suspicious: bool
    is_far: bool
    """Everything lies kilometres away from what is known."""
    share_as_read: float
    share_best: float
    fits: str | None
    """``GCJ-02`` or ``BD-09`` when reading the file as that explains the shift."""
    east_m: float
    """How far the file lies east of what is known, in metres; negative is west."""
    north_m: float
    expected_gcj02_m: tuple[float, float]
    """What GCJ-02 adds to WGS 84 here: east, north, in metres."""
    samples: int
    zh: str
    en: str


def suspect_datum(features: Sequence[Feature], known: Sequence[KnownBoundary]) -> Suspicion | None:
    """Compare areas by their borders, points by the area that they name.

    For areas, every shift up to 1,500 m is tried at once: each pair of a border point of the file and a known border
    point nearby votes for the shift between them, and the most voted one is measured. For points, the share that lies
    in the known area whose code or name one of their attributes gives is compared between readings.

    Args:
        features: In EPSG:4326, as read; those without a usable geometry do not count.
        known: Boundaries to trust, preferably streets.

    Returns:
        None when there is nothing to compare.
    """
    usable = [f for f in features if f.geometry is not None and f.drawn is not None and f.drawn.kind in POLYGONS | POINTS]
    box = bounds_of(known)
    if not usable or box is None:
        return None
    spot = _middle(usable)
    plane = _Plane(spot)
    far_m = plane.distance_to_box_m(usable, box)
    if far_m > _FAR_M:
        return _far_away(far_m, len(usable), plane)
    areas = [feature for feature in usable if feature.drawn is not None and feature.drawn.kind in POLYGONS]
    return _of_areas(areas, known, plane) if areas else _of_points(usable, known, plane)


class _Plane:
    """Metres around a spot, and what the map services' offsets are there."""

    def __init__(self, spot: Position) -> None:
        self._to = pyproj.Transformer.from_crs(
            "EPSG:4326", f"+proj=aeqd +lat_0={spot[1]} +lon_0={spot[0]} +ellps=GRS80 +units=m", always_xy=True
        )
        here = np.array([spot])
        gcj, bd = self.metres(np.concatenate([wgs84_to_gcj02(here), wgs84_to_bd09(here)]))
        self.gcj02_m = (float(gcj[0]), float(gcj[1]))
        self.bd09_m = (float(bd[0]), float(bd[1]))

    def metres(self, lonlat: Coordinates) -> Coordinates:
        """``(n, 2)`` lon, lat in degrees to east, north in metres."""
        east, north = self._to.transform(lonlat[:, 0], lonlat[:, 1], errcheck=False)
        found: Coordinates = np.column_stack([east, north])
        return found

    def distance_to_box_m(self, features: Sequence[Feature], box: tuple[float, float, float, float]) -> float:
        """From the nearest feature's bounds to the box, roughly; 0 when one touches it."""
        bounds = np.array([feature.geometry.bounds for feature in features if feature.geometry is not None])
        nearest = np.column_stack([np.clip(bounds[:, 0], box[0], box[2]), np.clip(bounds[:, 1], box[1], box[3])])
        corner = np.column_stack([np.clip(nearest[:, 0], bounds[:, 0], bounds[:, 2]), np.clip(nearest[:, 1], bounds[:, 1], bounds[:, 3])])
        gaps = self.metres(corner) - self.metres(nearest)
        distances = np.hypot(gaps[:, 0], gaps[:, 1])
        return float(np.nanmin(distances)) if np.isfinite(distances).any() else 2e7


def _middle(features: Sequence[Feature]) -> Position:
    centres = np.array([f.geometry.bounds for f in features if f.geometry is not None])
    lon, lat = np.median((centres[:, :2] + centres[:, 2:]) / 2, axis=0)
    return float(lon), float(lat)


def _far_away(far_m: float, samples: int, plane: _Plane) -> Suspicion:
    zh = f"全部 {samples} 个要素都在已知范围之外，最近的也相距 {far_m / 1000:,.0f} 公里，坐标系或分带很可能不对。"
    en = f"All {samples} features lie outside the known area, the nearest {far_m / 1000:,.0f} km away: "
    en += "the coordinate system or zone is probably another."
    return Suspicion(True, True, 0.0, 0.0, None, 0.0, 0.0, plane.gcj02_m, samples, zh, en)


def _of_areas(areas: Sequence[Feature], known: Sequence[KnownBoundary], plane: _Plane) -> Suspicion | None:
    lonlat = _sampled(np.concatenate([_border_points(f) for f in areas]), _MAX_SAMPLES)
    here = plane.metres(lonlat)
    lines = [shapely.LineString(ring) for ring in _known_rings(known, plane)]
    if not lines or not len(here):
        return None
    tree = shapely.STRtree(lines)

    def share(points: Coordinates) -> float:
        mine, _ = tree.query_nearest(shapely.points(points), max_distance=_NEAR_M, all_matches=False)
        return len(np.unique(mine)) / len(points)

    as_read = share(here)
    zh = f"抽查边界上的 {len(here)} 个点：按现在的读法，有 {as_read:.0%} 落在已知边界 {_NEAR_M:.0f} 米之内。"
    en = f"Of {len(here)} points along the borders {as_read:.0%} lie within {_NEAR_M:.0f} m of a known border as read. "
    if as_read >= _FITS_SHARE:
        return Suspicion(False, False, as_read, as_read, None, 0.0, 0.0, plane.gcj02_m, len(here), zh, en.rstrip())
    shift = _most_voted_shift(here, lines)
    readings = {datum.code: share(plane.metres(to_wgs84(datum, lonlat))) for datum in (GCJ02, BD09)}
    shifted = share(here + shift)
    best = max(shifted, *readings.values(), as_read)
    code, reading = max(readings.items(), key=lambda item: item[1])
    fits = code if reading >= max(_MIN_SHARE_READ, _TIMES_BETTER_READ * as_read) else None
    is_suspicious = fits is not None or shifted >= max(_MIN_SHARE_SHIFTED, _TIMES_BETTER_SHIFTED * as_read)
    east, north = -float(shift[0]), -float(shift[1])
    if is_suspicious:
        zh += f"数据整体偏东 {east:+.0f} 米、偏北 {north:+.0f} 米，扣除后为 {shifted:.0%}。"
        en += f"It lies {east:+.0f} m east, {north:+.0f} m north; without that shift {shifted:.0%} do. "
    zh, en = _explained(zh, en, fits, reading, plane)
    return Suspicion(is_suspicious, False, as_read, best, fits, east, north, plane.gcj02_m, len(here), zh, en)


def _explained(zh: str, en: str, fits: str | None, reading: float, plane: _Plane) -> tuple[str, str]:
    if fits is None:
        return zh, en.rstrip()
    offset = plane.gcj02_m if fits == GCJ02.code else plane.bd09_m
    zh += f"此处 {fits} 相对 WGS84 偏东 {offset[0]:+.0f} 米、偏北 {offset[1]:+.0f} 米；"
    zh += f"按 {fits} 换算后为 {reading:.0%}，数据很可能是 {fits}。"
    en += f"{fits} lies {offset[0]:+.0f} m east, {offset[1]:+.0f} m north of WGS 84 here; "
    en += f"read as {fits}, {reading:.0%} fit: it probably is {fits}."
    return zh, en


def _border_points(feature: Feature) -> Coordinates:
    """Points along the borders, vertices and between, lon/lat."""
    if feature.geometry is None:
        return np.empty((0, 2))
    boundary = shapely.boundary(feature.geometry)
    points: Coordinates = shapely.get_coordinates(shapely.segmentize(boundary, _STEP_DEG))
    return points


def _sampled(points: Coordinates, most: int) -> Coordinates:
    if len(points) <= most:
        return points
    kept: Coordinates = points[np.linspace(0, len(points) - 1, most).astype(int)]
    return kept


def _known_rings(known: Sequence[KnownBoundary], plane: _Plane) -> list[Coordinates]:
    rings: list[Coordinates] = []
    for boundary in known:
        for line in shapely.get_parts(shapely.boundary(boundary.geometry)):
            coordinates = plane.metres(shapely.get_coordinates(line))
            if len(coordinates) > 1 and np.isfinite(coordinates).all():
                rings.append(coordinates)
    return rings


def _most_voted_shift(here: Coordinates, lines: Sequence[shapely.LineString]) -> Coordinates:
    """The shift (east, north in metres) that most pairs of border points agree on."""
    low, high = here.min(axis=0) - _REACH_M, here.max(axis=0) + _REACH_M
    total = sum(line.length for line in lines)
    step = max(_STEP_M, total / _MAX_KNOWN_POINTS)
    dense = np.concatenate([shapely.get_coordinates(line.segmentize(step)) for line in lines])
    dense = dense[((dense >= low) & (dense <= high)).all(axis=1)]
    if not len(dense):
        return np.zeros(2)
    tree = shapely.STRtree(shapely.points(dense))
    votes = np.zeros((int(2 * _REACH_M / _BIN_M),) * 2)
    edges = np.linspace(-_REACH_M, _REACH_M, len(votes) + 1)
    pairs = 0
    for chunk in np.array_split(_spread(here), max(1, len(here) // 100)):
        mine, theirs = tree.query(shapely.points(chunk), predicate="dwithin", distance=_REACH_M)
        shifts = dense[theirs] - chunk[mine]
        votes += np.histogram2d(shifts[:, 0], shifts[:, 1], bins=[edges, edges])[0]
        pairs += len(shifts)
        if pairs > _MAX_PAIRS:
            break
    padded = np.pad(votes, 1)
    smooth = sum(padded[i : i + len(votes), j : j + len(votes)] for i in range(3) for j in range(3))
    east, north = np.unravel_index(int(np.argmax(smooth)), votes.shape)
    peak = np.array([edges[east] + _BIN_M / 2, edges[north] + _BIN_M / 2])
    return _refined(here, lines, peak)


def _spread(points: Coordinates) -> Coordinates:
    """The same points in an order where any beginning is a fair sample; no chance, so that answers repeat."""
    stride = 97
    return np.concatenate([points[start::stride] for start in range(min(stride, len(points)))])


def _refined(here: Coordinates, lines: Sequence[shapely.LineString], peak: Coordinates) -> Coordinates:
    """The peak moved by the mean way from each near point to its nearest border, a few times: least squares on lines."""
    tree = shapely.STRtree(lines)
    shift = peak
    for _ in range(8):
        points = shapely.points(here + shift)
        mine, theirs = tree.query_nearest(points, max_distance=3 * _BIN_M, all_matches=False)
        if len(mine) < 3:
            return shift
        ways = shapely.get_coordinates(shapely.shortest_line(points[mine], np.array(lines, dtype=object)[theirs])).reshape(-1, 2, 2)
        moves = ways[:, 1] - ways[:, 0]
        lengths = np.hypot(moves[:, 0], moves[:, 1])
        normal = moves[lengths > 1e-9] / lengths[lengths > 1e-9][:, None]
        if len(normal) < 3:
            return shift
        solved, *_ = np.linalg.lstsq(normal, lengths[lengths > 1e-9], rcond=None)
        if not np.isfinite(solved).all() or np.hypot(*solved) < 0.1:
            return shift
        shift = shift + solved
    return shift


def _of_points(features: Sequence[Feature], known: Sequence[KnownBoundary], plane: _Plane) -> Suspicion | None:
    """Points against the area that one of their attributes names, by code or by name."""
    by_key: dict[str, list[int]] = {}
    for place, boundary in enumerate(known):
        for key in {boundary.code, boundary.name}:
            by_key.setdefault(key, []).append(place)
    claims = [(feature, places) for feature in features if (places := _claimed(feature, by_key))]
    if len(claims) < _MIN_CLAIMS:
        return None
    if len(claims) > _MAX_SAMPLES:
        claims = claims[:: len(claims) // _MAX_SAMPLES + 1]
    lonlat = np.array([feature.geometry.bounds[:2] for feature, _ in claims if feature.geometry is not None])
    areas = np.array([shapely.union_all([known[i].geometry for i in places]) for _, places in claims], dtype=object)

    def share(positions: Coordinates) -> float:
        return float(np.mean(shapely.intersects(areas, shapely.points(positions))))

    as_read = share(lonlat)
    readings = {datum.code: share(to_wgs84(datum, lonlat)) for datum in (GCJ02, BD09)}
    code, best = max(readings.items(), key=lambda item: item[1])
    gained = (best - as_read) * len(claims)
    is_suspicious = gained >= 3 and best >= as_read + 0.05
    fits = code if is_suspicious else None
    offset = plane.gcj02_m if code == GCJ02.code else plane.bd09_m
    east, north = offset if fits else (0.0, 0.0)
    zh = f"{len(claims)} 个点写明了所在区域：按现在的读法，{as_read:.0%} 落在该区域内；按 {code} 换算后为 {best:.0%}。"
    en = f"{len(claims)} points name their area: {as_read:.0%} lie in it as read, {best:.0%} when read as {code}. "
    if fits:
        zh += f"此处 {fits} 相对 WGS84 偏东 {offset[0]:+.0f} 米、偏北 {offset[1]:+.0f} 米，数据很可能是 {fits}。"
        en += f"{fits} lies {offset[0]:+.0f} m east, {offset[1]:+.0f} m north of WGS 84 here: it probably is {fits}."
    return Suspicion(is_suspicious, False, as_read, max(best, as_read), fits, east, north, plane.gcj02_m, len(claims), zh, en.rstrip())


def _claimed(feature: Feature, by_key: dict[str, list[int]]) -> list[int]:
    for value in feature.attributes.values():
        if isinstance(value, (str, int)) and not isinstance(value, bool) and (places := by_key.get(str(value).strip())):
            return places
    return []
