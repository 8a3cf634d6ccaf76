"""Looking at the days that are due, one at a time, in the background of every server process.

The database hands out a day under a lock and takes back what was found; whatever ends a process in between leaves the day due.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.anomalies.fingerprint import fingerprint
from wangge.anomalies.rules import Observation, Reason, reasons_of, score_of
from wangge.core.db import driver, unit_of_work
from wangge.core.ids import new_id
from wangge.core.operations import Binding, Position
from wangge.evidence.files import EvidenceFiles
from wangge.policies.service import policies_in_force

log = structlog.get_logger()
PHOTOS_AT_ONCE = 20
FIX_AGE_MAX_S = 86_400


class _Seen(msgspec.Struct):
    """What of an operation's text is looked at here."""

    captured_at: datetime
    binding: Binding


SEEN = msgspec.json.Decoder(_Seen)


def _observation(row: Any) -> Observation:
    seen = SEEN.decode(row["body"])
    fix = seen.binding.position
    # what no phone can mean would make a day that nobody can reckon with, and hold up all the others
    if fix and not (Position(fix.lon, fix.lat).is_on_earth() and 0 <= (fix.age_s or 0) <= FIX_AGE_MAX_S):
        fix = None
    return Observation(
        subject_kind=row["subject_kind"], subject_id=row["subject_id"], captured_at=seen.captured_at, received_at=row["received_at"],
        offset_ms=seen.binding.server_offset_ms, lon=fix.lon if fix else None, lat=fix.lat if fix else None,
        accuracy_m=fix.accuracy_m if fix else None, age_s=fix.age_s if fix else None, source=row["source"], same_as=row["same_as"],
        similar_to=row["similar_to"], similar_bits=row["similar_bits"],
    )  # fmt: skip


def _kept(day: Iterable[Observation], reasons: dict[Any, list[Reason]], weights: dict[str, int]) -> str:
    """What was found, as ``keep_anomalies`` takes it."""
    found = [
        {"id": new_id(), "subject_kind": o.subject_kind, "subject_id": o.subject_id, "score": score_of(reasons[o.subject_id], weights),
         "reasons": [{"code": r.code, "weight": int(weights.get(r.code, 0)), **r.seen} for r in reasons[o.subject_id]]}
        for o in day
        if o.subject_id in reasons
    ]  # fmt: skip
    return msgspec.json.encode(found).decode()


async def assess_next(engine: AsyncEngine) -> bool:
    """Look at the day that has waited longest; False when none is due."""
    async with unit_of_work(engine) as db:
        conn = await driver(db)
        due = await conn.fetchrow("select * from take_anomaly_day()")
        if due is None:
            return False
        limits = await policies_in_force(db)
        rows = await conn.fetch("select * from anomaly_observations($1, $2)", due["person_id"], due["on_day"])
        day = [_observation(r) for r in rows]
        found = _kept(day, reasons_of(day, limits), limits["anomaly_weights"])
        await conn.execute("select keep_anomalies($1, $2, $3, $4::jsonb)", due["person_id"], due["on_day"], due["noted_at"], found)
    return True


async def _keep_fingerprint(engine: AsyncEngine, files: EvidenceFiles, evidence_id: Any, sha256: str) -> None:
    """Take a stored picture's fingerprint; one that cannot be decoded has none."""
    try:
        found = await files.look(fingerprint, await files.thumbnail(sha256))
    except (ValueError, FileNotFoundError):
        found = None
    async with unit_of_work(engine) as db:
        await db.execute(text("select keep_photo_hash(:id, :hash)"), {"id": evidence_id, "hash": found})


async def _fingerprint_arrived(engine: AsyncEngine, files: EvidenceFiles) -> bool:
    """Take the fingerprints of some pictures that have arrived; False when none waits."""
    async with unit_of_work(engine) as db:
        waiting = (await db.execute(text("select * from photos_due(:n)"), {"n": PHOTOS_AT_ONCE})).all()
    for evidence_id, sha256 in waiting:
        await _keep_fingerprint(engine, files, evidence_id, sha256)
    return bool(waiting)


async def fingerprint_all_due(engine: AsyncEngine, files: EvidenceFiles) -> None:
    """The fingerprints of all pictures that have arrived."""
    while await _fingerprint_arrived(engine, files):
        pass


async def assess_all_due(engine: AsyncEngine) -> None:
    """Every day that is due now."""
    days = 0
    while await assess_next(engine):
        days += 1
    if days:
        log.info("anomalies_assessed", days=days)
