"""From a file to features: one function, whatever the format. Pure and synchronous: call it in a thread or process.

What a stranger's file costs is bounded by ``Limits``; a file that passes them is read in time and memory proportional to
its size.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from wangge.spatial_files.archive import Archive
from wangge.spatial_files.csv_points import read_csv
from wangge.spatial_files.datums import (
    WGS84,
    Candidate,
    Datum,
    accuracy_m,
    candidates,
    contradiction,
    is_exact,
    parse_datum,
    parse_wkt,
    to_wgs84,
)
from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.errors import CoordinateSystemUnknown, FileDamaged, FileIsEmpty, FileKindUnknown, FileTooLarge
from wangge.spatial_files.features import (
    Axes,
    Choice,
    DatumBasis,
    Feature,
    KnownBoundary,
    NeedsAnswer,
    SpatialFile,
    Wanted,
    bounds_of,
)
from wangge.spatial_files.geojson import read_geojson
from wangge.spatial_files.geopackage import MAGIC as SQLITE_MAGIC
from wangge.spatial_files.geopackage import read_geopackage
from wangge.spatial_files.inspecting import Thresholds, inspect_drawn
from wangge.spatial_files.kml import read_kml
from wangge.spatial_files.layers import ColumnsUnclear, RawLayer, SeveralLayers
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.measure import Coordinates
from wangge.spatial_files.shapefile import FILE_CODE as SHP_MAGIC
from wangge.spatial_files.shapefile import read_shapefile
from wangge.spatial_files.suspicion import Suspicion, suspect_datum
from wangge.spatial_files.texts import decode_text

_TABLE_SUFFIXES = {".csv", ".txt", ".tsv"}
_LONE_SUFFIXES = (".kml", ".geojson", ".json", ".gpkg", ".csv")
_NOT_OURS = (
    (b"Rar!", "RAR", "（RAR 压缩包，请改用 zip）", " (a RAR archive; use zip)"),
    (b"7z\xbc\xaf", "7z", "（7z 压缩包，请改用 zip）", " (a 7z archive; use zip)"),
    (b"\x1f\x8b", "gzip", "（gzip 压缩，请改用 zip）", " (gzip; use zip)"),
    (b"\xd0\xcf\x11\xe0", "xls", "（旧版 Excel，请另存为 CSV）", " (an old Excel file; save it as CSV)"),
    (b"AC10", "dwg", "（CAD 图纸，请导出为 Shapefile）", " (a CAD drawing; export a Shapefile)"),
)
_SAMPLE_FEATURES = 5


def read_spatial_file(
    source: bytes | Path,
    filename: str,
    declared_datum: str | None = None,
    *,
    axes: Axes | None = None,
    layer: str | None = None,
    columns: tuple[str, str] | None = None,
    encoding: str | None = None,
    wanted: Wanted = "any",
    known: Sequence[KnownBoundary] = (),
    limits: Limits | None = None,
    thresholds: Thresholds | None = None,
) -> SpatialFile | NeedsAnswer:
    """Read one layer of a spatial file, or say what must be answered first. Nothing is repaired or silently converted.

    Args:
        source: The file's bytes or path.
        filename: As uploaded; its ending only helps where the content does not tell.
        declared_datum: What a person says the coordinates are in (``EPSG:4490``, ``GCJ-02`` ...); it goes before what the
            file says.
        axes: ``yx`` when a person says that north comes before east (latitude before longitude).
        layer: Which layer, of several.
        columns: Names of the longitude and latitude columns of a CSV, or the easting and northing.
        encoding: What a person says the text is in.
        wanted: The kind of geometry that the importer needs; others get the defect ``wrong_geometry_type``.
        known: Boundaries that are already ours. With them, a datum that does not fit is asked about.
        limits: Bounds in bytes, features, vertices; defaults without.
        thresholds: For slivers and spikes; defaults without.

    Returns:
        The file with all defects of its single features; or a question with choices, most plausible first. A datum is
        asked about when nothing declares one, when the numbers contradict the declared one, and when ``known`` makes a
        datum suspicious that no person has declared.

    Raises:
        SpatialFileRefused: one of ``errors``, when the file cannot be read at all.
    """
    bounds = limits or Limits()
    data = _bytes_of(source, bounds)
    try:
        raw = _read_raw(data, filename, bounds, layer, columns, encoding)
    except SeveralLayers as exc:
        return _ask_layer(filename, exc)
    except ColumnsUnclear as exc:
        return _ask_columns(filename, exc)
    except RecursionError as exc:
        raise FileDamaged(what_zh="内容嵌套过深", what_en="its content nests too deeply") from exc
    settled = _settle_datum(raw, filename, declared_datum, axes, known)
    if isinstance(settled, NeedsAnswer):
        return settled
    datum, basis, notes = settled
    features = _convert(raw, datum, axes, wanted, thresholds)
    file = SpatialFile(filename, raw.format, raw.name, features, tuple(raw.fields), datum, basis, raw.encoding, (*raw.defects, *notes))
    if not known:
        return file
    suspicion = suspect_datum(features, known)
    if suspicion is None or not suspicion.is_suspicious:
        return file
    if basis != "asked" and not (suspicion.is_far and datum.in_degrees):  # degrees far away are degrees whatever the datum
        return _ask_suspicious(raw, filename, datum, suspicion, known)
    return replace(file, defects=(*file.defects, describe("suspicious_datum", zh=suspicion.zh, en=suspicion.en)))


def _bytes_of(source: bytes | Path, limits: Limits) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > limits.max_bytes:
        raise FileTooLarge(size_bytes=size, limit_bytes=limits.max_bytes)
    data = source if isinstance(source, bytes) else source.read_bytes()
    if not data.strip(b"\x00 \t\r\n"):
        raise FileIsEmpty()
    return data


def _read_raw(
    data: bytes, filename: str, limits: Limits, layer: str | None, columns: tuple[str, str] | None, encoding: str | None
) -> RawLayer:
    """The layer as drawn; the content decides what it is, the name only what cannot be told from it."""
    pure = PurePosixPath(filename.replace("\\", "/"))
    suffix, stem = pure.suffix.lower(), pure.stem[:100]
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_archive(data, stem, limits, layer, columns, encoding)
    if data.startswith(SQLITE_MAGIC):
        return read_geopackage(data, stem, limits, layer=layer)
    if data.startswith(SHP_MAGIC):
        raise FileKindUnknown(
            hint_zh="（单独的 .shp，请与 .dbf、.shx、.prj 一起打成 zip）", hint_en=" (a lone .shp; zip it with .dbf, .shx and .prj)"
        )
    for magic, _, zh, en in _NOT_OURS:
        if data.startswith(magic):
            raise FileKindUnknown(hint_zh=zh, hint_en=en)
    if suffix in (".zip", ".kmz", ".gpkg"):
        raise FileDamaged(what_zh=f"名为 {suffix}，内容却不是", what_en=f"it is called {suffix} but is none")
    head = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if head.startswith(b"<") or suffix == ".kml":
        return read_kml(data, stem, limits, asked_encoding=encoding)
    is_json = head.startswith((b"{", b"[", b"\x1e")) or suffix in (".geojson", ".json")
    is_table = suffix in _TABLE_SUFFIXES
    if not is_json and not is_table and b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileKindUnknown(hint_zh="", hint_en="")
    is_json = is_json and not is_table
    text, decided = decode_text(data, asked=encoding, is_utf8_by_rule=is_json)
    if is_json:
        return read_geojson(text, decided, stem, limits)
    return read_csv(text, decided, stem, limits, columns=columns, certain=is_table)


def _read_archive(
    data: bytes, stem: str, limits: Limits, layer: str | None, columns: tuple[str, str] | None, encoding: str | None
) -> RawLayer:
    archive = Archive(data, limits)
    if "xl/workbook.xml" in archive.paths:
        raise FileKindUnknown(hint_zh="（Excel 表格，请另存为 CSV）", hint_en=" (an Excel workbook; save it as CSV)")
    if not any(path.lower().endswith((".shp", ".dbf", ".shx")) for path in archive.paths):
        lone = [path for path in archive.paths if path.lower().endswith(_LONE_SUFFIXES)]
        lone = [path for path in lone if path == "doc.kml"] or lone
        if len(lone) == 1:
            inner = archive.read(lone[0])
            if not inner.startswith(b"PK"):
                return _read_raw(
                    _bytes_of(inner, replace(limits, max_bytes=limits.max_unpacked_bytes)), lone[0], limits, layer, columns, encoding
                )
    return read_shapefile(archive, limits, layer=layer, asked_encoding=encoding)


def _ask_layer(filename: str, several: SeveralLayers) -> NeedsAnswer:
    def words(name: str, count: int | None) -> tuple[str, str]:
        return (name, name) if count is None else (f"{name}（{count} 条）", f"{name} ({count} features)")

    choices = tuple(Choice(one.name, *words(one.name, one.feature_count)) for one in several.layers)
    return NeedsAnswer(
        filename,
        "layer",
        f"文件中有 {len(choices)} 个图层，要导入哪一个？",
        f"The file has {len(choices)} layers. Which one is to be imported?",
        choices,
    )


def _ask_columns(filename: str, unclear: ColumnsUnclear) -> NeedsAnswer:
    choices = tuple(
        Choice(f"{a},{b}", f"经度“{a}”，纬度“{b}”", f"longitude “{a}”, latitude “{b}”", columns=(a, b)) for a, b in unclear.pairs
    )
    return NeedsAnswer(
        filename,
        "columns",
        "不能确定哪两列是经度和纬度，请指定。",
        "Which two columns are longitude and latitude is not certain. Name them.",
        choices,
        unclear.fields,
    )


_Settled = tuple[Datum, DatumBasis, list[Defect]]


def _settle_datum(
    raw: RawLayer, filename: str, asked: str | None, axes: Axes | None, known: Sequence[KnownBoundary]
) -> _Settled | NeedsAnswer:
    """Whose word holds, and whether the numbers allow it."""
    middle = _middle_of(raw, axes)
    if middle is None:
        return (parse_datum(asked) if asked else WGS84), "asked" if asked else "no_position", []
    if asked is not None:
        datum: Datum | None = parse_datum(asked)
        basis: DatumBasis = "asked"
    else:
        basis = "format" if raw.by_format else "file"
        try:
            datum = None if raw.declared is None else parse_wkt(raw.declared) if raw.declared_is_wkt else parse_datum(raw.declared)
        except CoordinateSystemUnknown:
            shown = raw.declared[:60] if raw.declared else ""
            return _ask_datum(
                raw,
                filename,
                middle,
                known,
                f"不认识文件声明的坐标系“{shown}”。",
                f"The declared coordinate system “{shown}” is not known. ",
            )
    if datum is None:
        return _ask_datum(raw, filename, middle, known, "文件没有说明坐标系。", "The file does not say its coordinate system. ")
    if contradiction(datum, middle):
        x, y = f"{middle[0]:,.3f}", f"{middle[1]:,.3f}"
        return _ask_datum(
            raw,
            filename,
            middle,
            known,
            f"坐标值（如 {x}, {y}）不可能是“{datum.zh}”。",
            f"The numbers (such as {x}, {y}) cannot be “{datum.en}”. ",
        )
    notes: list[Defect] = []
    if not is_exact(datum):
        known_m = accuracy_m(datum)
        zh, en = (f" {known_m:.0f} 米", f"{known_m:.0f} m") if known_m is not None else ("上百米", "a hundred metres and more")
        notes.append(describe("datum_inexact", datum=datum.zh, accuracy_zh=zh, accuracy_en=en))
    return datum, basis, notes


def _middle_of(raw: RawLayer, axes: Axes | None) -> tuple[float, float] | None:
    """The median position in the file's units; None when no feature has a finite one."""
    arrays = [array[:, :2] for feature in raw.features if feature.drawn is not None for array in feature.drawn.arrays() if len(array)]
    if not arrays:
        return None
    positions = np.concatenate(arrays)
    positions = positions[np.isfinite(positions).all(axis=1)]
    if not len(positions):
        return None
    first, second = (float(value) for value in np.median(positions, axis=0))
    return (second, first) if axes == "yx" else (first, second)


def _ask_datum(raw: RawLayer, filename: str, middle: tuple[float, float], known: Sequence[KnownBoundary], zh: str, en: str) -> NeedsAnswer:
    found = candidates(middle, bounds_of(known))
    if known and found and found[0].datum.in_degrees:
        suspicion = suspect_datum(_convert(raw, WGS84, found[0].axes, "any", None), known)
        if suspicion is not None:
            zh, en = f"{zh}若按 WGS84：{suspicion.zh}", f"{en}Taken as WGS 84: {suspicion.en} "
            found.sort(key=lambda candidate: candidate.datum.code != (suspicion.fits or WGS84.code))
    if raw.datum_hint:
        found.sort(key=lambda candidate: candidate.datum.code != raw.datum_hint)
        zh += f"列名提示可能是 {raw.datum_hint}。"
        en += f"Its column names hint at {raw.datum_hint}. "
    if found:
        zh, en = zh + "请选择坐标系：", en + "Choose the coordinate system:"
    else:
        zh += f"坐标值（如 {middle[0]:,.3f}, {middle[1]:,.3f}）也不像国内任何常用坐标系，请写明 EPSG 编号。"
        en += f"The numbers (such as {middle[0]:,.3f}, {middle[1]:,.3f}) fit none in use in China; give an EPSG code."
    return _question(raw, filename, zh, en, [_choice(candidate) for candidate in found])


def _choice(candidate: Candidate) -> Choice:
    spot = f"{candidate.lon:.4f}, {candidate.lat:.4f}"
    swapped_zh, swapped_en = ("，先北后东" if candidate.is_swapped else ""), (", north before east" if candidate.is_swapped else "")
    return Choice(
        candidate.datum.code,
        f"{candidate.datum.zh}{swapped_zh}：数据中部位于 {spot}",
        f"{candidate.datum.en}{swapped_en}: the data's middle lies at {spot}",
        axes=candidate.axes,
        position=(candidate.lon, candidate.lat),
    )


def _question(raw: RawLayer, filename: str, zh: str, en: str, choices: Sequence[Choice]) -> NeedsAnswer:
    sample = tuple(feature.attributes for feature in raw.features[:_SAMPLE_FEATURES])
    return NeedsAnswer(filename, "datum", zh, en, tuple(choices), tuple(raw.fields), sample, tuple(raw.defects))


def _ask_suspicious(raw: RawLayer, filename: str, datum: Datum, suspicion: Suspicion, known: Sequence[KnownBoundary]) -> NeedsAnswer:
    """Declared by the file or its format only, and it does not fit what we know."""
    middle = _middle_of(raw, None) or (0.0, 0.0)
    found = candidates(middle, bounds_of(known))
    if all(candidate.datum != datum for candidate in found):
        lon, lat = to_wgs84(datum, np.array([middle]))[0]
        found.append(Candidate(datum, False, float(lon), float(lat)))
    if not suspicion.is_far:  # else the nearest come first, as candidates are ordered
        found.sort(key=lambda candidate: (candidate.datum.code != suspicion.fits, candidate.datum != datum))
    choices = [_choice(candidate) for candidate in found]
    return _question(raw, filename, f"{suspicion.zh}请确认坐标系：", f"{suspicion.en} Confirm the coordinate system:", choices)


def _convert(raw: RawLayer, datum: Datum, axes: Axes | None, wanted: Wanted, thresholds: Thresholds | None) -> tuple[Feature, ...]:
    """All coordinates to EPSG:4326 at once, then each feature looked at."""
    arrays = [array for feature in raw.features if feature.drawn is not None for array in feature.drawn.arrays()]
    stacked = np.concatenate([array[:, :2] for array in arrays]) if arrays else np.empty((0, 2))
    if axes == "yx":
        stacked = stacked[:, ::-1]
    lonlat = to_wgs84(datum, np.ascontiguousarray(stacked)) if len(stacked) else stacked
    position = 0

    def converted(array: Coordinates) -> Coordinates:
        nonlocal position
        out = lonlat[position : position + len(array)]
        position += len(array)
        return np.column_stack([out, array[:, 2]]) if array.shape[1] > 2 else np.array(out)

    features: list[Feature] = []
    for feature in raw.features:
        drawn = feature.drawn.changed(converted) if feature.drawn is not None else None
        if any(defect.severity == "error" for defect in feature.defects):
            geometry, found = None, list[Defect]()
        else:
            geometry, found = inspect_drawn(drawn, feature.index, wanted, thresholds)
        features.append(Feature(feature.index, feature.attributes, geometry, drawn, (*feature.defects, *found)))
    return tuple(features)
