"""Reading one file apart, in the reading process: features with their defects and the repairs that would help, or a question.

Pure: a job in, what was found out. Nothing here knows a database.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import shapely

from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.errors import SpatialFileRefused
from wangge.spatial_files.features import Feature, KnownBoundary, NeedsAnswer, SpatialFile, Wanted
from wangge.spatial_files.measure import area_m2
from wangge.spatial_files.reading import read_spatial_file
from wangge.spatial_files.repairs import apply_repairs, propose_repairs, repair_for
from wangge.spatial_imports.jobs import Found, Job, KnownArea, Row
from wangge.spatial_imports.placing import place_areas, place_points
from wangge.spatial_imports.previews import bounds_of_shapes, drawn_small, question_previews
from wangge.spatial_imports.rules import agreed_repairs, kept_problem, plain_number, severity_of, suggested_columns, will_be_mended

_MAX_PROPOSED = 5_000
_MAX_REPAIR_PREVIEWS = 200
_MAX_FILE_DEFECTS = 200
_SHOWN_COLUMNS, _SHOWN_CHARACTERS = 12, 120
_SAMPLE_ROWS = 5

Tell = Callable[[str], None]


def examine(job: Job, tell: Tell) -> Found:
    """Read the job's file and look at everything; ``tell`` hears the name of each stage.

    Raises:
        MemoryError: the file takes more than the process may have.
    """
    tell("reading")
    wanted: Wanted = "areas" if job.target == "grids" else "points"
    answers = job.answers
    known = [_boundary(area) for area in job.known]

    def read(datum: str | None, axes: Any, compared: Sequence[KnownBoundary]) -> SpatialFile | NeedsAnswer:
        return read_spatial_file(
            Path(job.path), job.file_name, datum, axes=axes, layer=answers.layer, columns=answers.columns,
            encoding=answers.encoding, wanted=wanted, known=compared, limits=job.bounds(),
        )  # fmt: skip

    try:
        found = read(answers.datum, answers.axes, known)
        if isinstance(found, NeedsAnswer):
            tell("comparing")
            return Found(state="needs_answer", report={"question": _question(found, read)})
    except SpatialFileRefused as refusal:
        return Found(state="failed", problem=kept_problem(refusal))
    return _examined(job, found, wanted, tell)


def _boundary(area: KnownArea) -> KnownBoundary:
    return KnownBoundary(area.code, area.name, shapely.from_wkb(area.wkb))


def _question(asked: NeedsAnswer, read: Callable[..., SpatialFile | NeedsAnswer]) -> dict[str, Any]:
    """The question as it is kept; for a datum, with a sketch of where the layer would lie by each answer."""
    choices = [
        {"value": one.value, "axes": one.axes, "columns": one.columns, "zh": one.zh, "en": one.en, "position": one.position}
        for one in asked.choices
    ]
    if asked.question == "datum":
        question_previews(choices, read)
    return {
        "kind": asked.question, "zh": asked.zh, "en": asked.en, "choices": choices, "fields": list(asked.fields),
        "sample": [_shown_attributes(row) for row in asked.sample], "defects": [_kept(one) for one in asked.defects],
    }  # fmt: skip


def _examined(job: Job, file: SpatialFile, wanted: Wanted, tell: Tell) -> Found:
    answers, left_out = job.answers, set(job.answers.left_out)
    columns = suggested_columns(file.fields, answers)
    tell("checking")
    rows: list[Row] = []
    mended: list[Feature] = []
    proposed = sketched = 0
    extent = bounds_of_shapes([feature.geometry for feature in file.features])
    for feature in file.features:
        is_out = feature.index in left_out
        agreed = agreed_repairs(answers, feature.index)
        after = feature if is_out else apply_repairs(feature, agreed, file.datum, wanted)
        is_out = is_out or (answers.skip_errors and after.has_errors)
        row = _row(feature, after, columns, extent, is_out)
        if feature.defects and feature.index not in left_out and proposed < _MAX_PROPOSED:
            proposed += 1
            for repair in propose_repairs(feature, file.datum, wanted):
                sketch = drawn_small(repair.geometry, extent) if sketched < _MAX_REPAIR_PREVIEWS else None
                sketched += 1
                row.repairs.append(
                    {
                        "code": repair.code,
                        "zh": repair.zh,
                        "en": repair.en,
                        "before_m2": repair.before_m2,
                        "after_m2": repair.after_m2,
                        "agreed": repair.code in after.repairs,
                        "preview": sketch,
                    }
                )
        rows.append(row)
        if not is_out:
            mended.append(after)
    return _placed(job, file, columns, extent, rows, mended, tell)


def _placed(
    job: Job, file: SpatialFile, columns: dict[str, str | None], extent: Any, rows: list[Row], features: list[Feature], tell: Tell
) -> Found:
    """What stands between features, and between them and the areas they belong into."""
    answers = job.answers
    by_position = {row.position: row for row in rows}
    tell("tiling" if job.target == "grids" else "placing")
    if job.target == "grids":
        found, parents = place_areas(features, job.parents, columns, by_position)
    else:
        found, parents = place_points(features, job.parents, columns["match"])
    for feature in features:
        if job.target == "grids" and not by_position[feature.index].name:
            found.append(describe("missing_name", feature.index, field=columns["name"] or "—"))
    of_file = [_kept(defect) for defect in file.defects]
    for defect in found:
        kept = _kept(defect)
        if will_be_mended(defect.code, defect.area_m2, answers.mend_m2):
            kept["severity"] = "mended"
        if defect.feature_index is None:
            of_file.append(kept)
        else:
            by_position[defect.feature_index].defects.append(kept)
    for row in rows:
        row.severity = "none" if row.left_out else severity_of(row.defects)
    report = {
        "format": file.format, "layer": file.layer, "fields": list(file.fields), "columns": columns,
        "datum": {"code": file.datum.code, "zh": file.datum.zh, "en": file.datum.en, "basis": file.datum_basis},
        "encoding": file.encoding.shown if file.encoding else None,
        "counts": _counts(rows), "codes": _by_code(rows, of_file), "defects": of_file[:_MAX_FILE_DEFECTS],
        "file_errors": sum(one["severity"] == "error" for one in of_file),
        "bounds": extent, "parents": parents, "sample": [_shown_attributes(f.attributes) for f in file.features[:_SAMPLE_ROWS]],
    }  # fmt: skip
    return Found(state="ready", report=report, rows=rows)


def _row(feature: Feature, after: Feature, columns: dict[str, str | None], extent: Any, is_out: bool) -> Row:
    def cell(what: str) -> str:
        value = feature.attributes.get(columns[what] or "")
        return "" if value is None else str(value).strip()[:200]

    geometry = after.geometry
    spot = next((defect.position for defect in after.defects if defect.position), None)
    if spot is None and geometry is not None and not geometry.is_empty:
        try:
            inside = geometry.representative_point()
        except shapely.errors.GEOSException:  # no inside in a tangle
            inside = shapely.centroid(geometry)
        spot = (float(inside.x), float(inside.y)) if not inside.is_empty else None
    is_area = geometry is not None and geometry.geom_type in ("Polygon", "MultiPolygon")
    return Row(
        position=feature.index, code=cell("code"), name=cell("name"), left_out=is_out, defects=[_kept(d) for d in after.defects],
        repairs=[], attributes=_shown_attributes(feature.attributes), area_m2=area_m2(geometry) if is_area else None,
        shape=None if geometry is None else shapely.to_wkb(geometry), preview=drawn_small(geometry, extent),
        spot=_on_earth(spot), match_key=cell("match") or None, accuracy_m=plain_number(cell("accuracy")),
    )  # fmt: skip


def _on_earth(spot: tuple[float, float] | None) -> tuple[float, float] | None:
    return spot if spot is not None and abs(spot[0]) <= 180 and abs(spot[1]) <= 90 else None


def _kept(defect: Defect) -> dict[str, Any]:
    """A defect as it is kept, in both languages."""
    return {
        "code": defect.code, "severity": defect.severity, "zh": defect.zh, "en": defect.en, "position": _on_earth(defect.position),
        "area_m2": defect.area_m2, "width_m": defect.width_m, "others": [index + 1 for index in defect.other_indexes[:20]],
    }  # fmt: skip


def _shown_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """The first columns, long texts cut: enough to know the feature by."""
    shown = list(attributes.items())[:_SHOWN_COLUMNS]
    return {key[:60]: value[:_SHOWN_CHARACTERS] if isinstance(value, str) else value for key, value in shown}


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    return {
        "features": len(rows),
        "errors": sum(row.severity == "error" for row in rows),
        "warnings": sum(row.severity == "warning" for row in rows),
        "left_out": sum(row.left_out for row in rows),
    }


def _by_code(rows: Sequence[Row], of_file: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often each kind of defect occurs and which repair is offered for it, gravest and most frequent first."""
    found: dict[str, dict[str, Any]] = {}
    for defect in chain(of_file, *(row.defects for row in rows if not row.left_out)):
        one = found.setdefault(defect["code"], {"code": defect["code"], "severity": defect["severity"], "count": 0, "repair": None})
        one["count"] += 1
        if defect["severity"] == "error":
            one["severity"] = "error"
        if repair := repair_for(defect["code"]):
            one["repair"] = {"code": repair[0], "zh": repair[1], "en": repair[2]}
    return sorted(found.values(), key=lambda one: (one["severity"] != "error", -one["count"], one["code"]))
