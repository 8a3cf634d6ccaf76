"""Announcing evidence: the phone says which photos belong to a record, and their hashes, before any byte travels."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput, WanggeError
from wangge.core.operations import (
    EmployerOutOfScope,
    LimitsAt,
    Operation,
    Reach,
    Verdict,
    clock_flags,
    existing,
    quarantine_taken_ids,
    quarantined,
    reach_employers,
    waiting_for,
)
from wangge.evidence.errors import PhotoTooLarge

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Pixels = Annotated[int, Meta(ge=1, le=100_000)]
FileBytes = Annotated[int, Meta(ge=1, le=2**53)]


class CopyAnnounced(Struct, frozen=True):
    """The evidence copy: hash, size in bytes, width and height in pixels."""

    sha256: Sha256
    bytes: FileBytes
    width: Pixels
    height: Pixels


class OriginalAnnounced(Struct, frozen=True):
    """The camera's own file: hash and size in bytes."""

    sha256: Sha256
    bytes: FileBytes


class EvidencePayload(Struct, frozen=True, rename={"evidence_copy": "copy"}):
    """A photo announced; only a talk or an incident may have no employer."""

    subject_kind: Literal["visit", "employer", "check_in", "talk", "incident"]
    subject_id: UUID
    media_type: Literal["image/jpeg"]
    source: Literal["camera", "gallery"]
    evidence_copy: CopyAnnounced
    original: OriginalAnnounced
    employer_id: UUID | None = None


class SubjectNotYours(WanggeError):
    """The photo is announced for somebody else's record."""

    code, status = "subject_not_yours", 403
    zh = "照片所属的记录不是您的。照片信息已保存，等待街道核对。"
    en = "The record this photo belongs to is not yours. It is kept for your street to check."


# Records that need no employer lie where they took place, and their photos with them.
OWN_PLACE = {"talk": "talks", "incident": "incidents"}


INSERT = """
    insert into evidence (id, subject_kind, subject_id, employer_id, person_id, device_id, media_type, source,
                          copy_sha256, copy_bytes, copy_width, copy_height, copy_state, original_sha256, original_bytes,
                          original_state, thumbnail_state, captured_at, received_at, grid_id, grid_path)
    select id, subject_kind, subject_id, employer_id, $16::uuid, device_id, media_type, source, copy_sha256, copy_bytes,
           copy_width, copy_height, 'expected', original_sha256, original_bytes, 'expected', 'none', captured_at,
           $17::timestamptz, grid_id, grid_path::ltree
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::bigint[],
                $10::int[], $11::int[], $12::text[], $13::bigint[], $14::timestamptz[], $15::uuid[], $18::text[])
      as t(id, subject_kind, subject_id, employer_id, device_id, media_type, source, copy_sha256, copy_bytes, copy_width,
           copy_height, original_sha256, original_bytes, captured_at, grid_id, grid_path)
    on conflict (id) do nothing returning id
"""


EMPLOYER_MISSING = FieldProblem("employer_id", "missing", "“employer_id”必须填写。", "Say which employer the photo is of.")


async def _reaches(conn: Any, actor: Actor, ops: Sequence[Operation[EvidencePayload]]) -> list[Reach | None]:
    """Where each photo belongs: with its employer, else with the talk or incident of hers that it was taken for."""
    found: list[Reach | None] = [None] * len(ops)
    named = [i for i, op in enumerate(ops) if op.payload.employer_id is not None]
    if named:
        for i, reach in zip(named, await reach_employers(conn, [ops[i] for i in named]), strict=True):
            found[i] = reach
    for kind, table in OWN_PLACE.items():
        of_kind = [i for i, op in enumerate(ops) if op.payload.employer_id is None and op.payload.subject_kind == kind]
        if not of_kind:
            continue
        wanted = [ops[i].payload.subject_id for i in of_kind]
        sql = f"select id, grid_id, grid_path::text from {table} where id = any($1::uuid[]) and person_id = $2"
        hers = {r[0]: Reach(r[1], r[2], None, "own") for r in await conn.fetch(sql, wanted, actor.person_id)}
        for i in of_kind:
            found[i] = hers.get(ops[i].payload.subject_id)
    return found


async def announce_evidence(
    conn: Any, actor: Actor, ops: Sequence[Operation[EvidencePayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Note the photos a phone announces; the verdicts stand in the order of the operations.

    One whose record has not arrived waits. A file over the limit is quarantined before it costs anyone's data.
    """
    reaches = await _reaches(conn, actor, ops)
    subjects: set[UUID] = set()
    for kind in {op.payload.subject_kind for op in ops}:
        subjects |= await existing(conn, kind, [op.payload.subject_id for op in ops if op.payload.subject_kind == kind])
    max_bytes = limits_at(received_at)["evidence_max_bytes"]  # what the store takes today
    verdicts: list[Verdict] = []
    rows = []
    for op, reach in zip(ops, reaches, strict=True):
        p = op.payload
        largest = max(p.evidence_copy.bytes, p.original.bytes)
        if p.employer_id is None and p.subject_kind not in OWN_PLACE:
            verdicts.append(quarantined(InvalidInput([EMPLOYER_MISSING])))
        elif reach is None and p.employer_id is not None:
            verdicts.append(waiting_for(p.employer_id))
        elif reach is not None and reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
        elif p.subject_id not in subjects:
            verdicts.append(waiting_for(p.subject_id))
        elif reach is None:
            verdicts.append(quarantined(SubjectNotYours()))
        elif largest > max_bytes:
            verdicts.append(quarantined(PhotoTooLarge(bytes=largest, max_bytes=max_bytes), reach.grid_path))
        else:
            verdicts.append(Verdict(flags=clock_flags(op, received_at, limits_at), grid_path=reach.grid_path))
            rows.append(
                (op.entity_id, p.subject_kind, p.subject_id, p.employer_id, op.device_id, p.media_type, p.source,
                 p.evidence_copy.sha256, p.evidence_copy.bytes, p.evidence_copy.width, p.evidence_copy.height,
                 p.original.sha256, p.original.bytes, op.captured_at, reach.grid_id, reach.grid_path)
            )  # fmt: skip
    if not rows:
        return verdicts
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = {r[0] for r in await conn.fetch(INSERT, *columns[:15], actor.person_id, received_at, columns[15])}
    quarantine_taken_ids(ops, verdicts, stored)
    return verdicts
