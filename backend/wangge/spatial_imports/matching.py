"""Which employer each point of a file means, how far it would move, and whether it may."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.spatial_files.defects import describe
from wangge.spatial_imports import repository
from wangge.spatial_imports.jobs import Found, Job, Row
from wangge.spatial_imports.rules import severity_of

_STILL_M = 0.1


async def match_points(db: AsyncSession, job: Job, found: Found) -> dict[int, dict[str, Any]]:
    """Look all rows up at once and judge them; rows get their defects, the report its counts by outcome.

    Returns:
        For each row's position: ``employer_id``, ``moved_m`` (metres, None when there was no point) and ``outcome``: moves,
        unchanged, far, not_found, outside, error, left_out.
    """
    by_id = job.answers.match_by == "id"
    asked = [row for row in found.rows if row.match_key and row.spot and not row.left_out and (not by_id or _is_uuid(row.match_key))]
    keys = [str(row.match_key).upper() if not by_id else str(row.match_key) for row in asked]
    rows = await repository.match_employers(db, job.answers.match_by, keys, [row.spot for row in asked if row.spot])
    known = {asked[one["nth"] - 1].position: one for one in rows}
    limit_m = float(job.limits["far_move_m"])
    matches = {row.position: _judged(row, known.get(row.position), limit_m, job.answers.allow_far) for row in found.rows}
    if found.report is not None:
        outcomes: dict[str, int] = {}
        for one in matches.values():
            outcomes[one["outcome"]] = outcomes.get(one["outcome"], 0) + 1
        counts = found.report["counts"]
        counts["warnings"] = sum(row.severity == "warning" for row in found.rows)
        found.report["outcomes"] = outcomes
        for code in ("employer_not_found", "moves_far"):
            count = sum(any(defect["code"] == code for defect in row.defects) for row in found.rows)
            if count:
                found.report["codes"].append({"code": code, "severity": "warning", "count": count, "repair": None})
    return matches


def _judged(row: Row, employer: dict[str, Any] | None, limit_m: float, allow_far: bool) -> dict[str, Any]:
    if row.left_out:
        return {"outcome": "left_out"}
    match: dict[str, Any] = {"employer_id": employer and employer["employer_id"], "moved_m": employer and employer["moved_m"]}
    moved_m = match["moved_m"]
    if any(defect["code"] == "point_outside_parent" for defect in row.defects):
        return {**match, "outcome": "outside"}
    if row.severity == "error":
        return {**match, "outcome": "error"}
    if employer is None:
        _add(row, "employer_not_found", value=row.match_key or "—")
        return {"outcome": "not_found"}
    if moved_m is not None and moved_m < _STILL_M:
        return {**match, "outcome": "unchanged"}
    if moved_m is not None and moved_m > limit_m:
        _add(row, "moves_far", distance_m=moved_m, limit_m=limit_m)
        if not allow_far:
            return {**match, "outcome": "far"}
    return {**match, "outcome": "moves"}


def _add(row: Row, code: str, **words: Any) -> None:
    defect = describe(code, row.position, position=row.spot, **words)
    row.defects.append(
        {
            "code": code,
            "severity": defect.severity,
            "zh": defect.zh,
            "en": defect.en,
            "position": row.spot,
            "area_m2": None,
            "width_m": None,
            "others": [],
        }
    )
    row.severity = severity_of(row.defects)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
