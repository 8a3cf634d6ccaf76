"""Announcing evidence: the phone says which photos belong to a record, and their hashes, before any byte travels."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.operations import (
    EmployerOutOfScope,
    LimitsAt,
    Operation,
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
    """A photo announced."""

    subject_kind: Literal["visit", "employer", "check_in"]
    subject_id: UUID
    employer_id: UUID
    media_type: Literal["image/jpeg"]
    source: Literal["camera", "gallery"]
    evidence_copy: CopyAnnounced
    original: OriginalAnnounced


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


async def announce_evidence(
    conn: Any, actor: Actor, ops: Sequence[Operation[EvidencePayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Note the photos a phone announces; the verdicts stand in the order of the operations.

    One whose record has not arrived waits. A file over the limit is quarantined before it costs anyone's data.
    """
    reaches = await reach_employers(conn, ops)
    subjects: set[UUID] = set()
    for kind in {op.payload.subject_kind for op in ops}:
        subjects |= await existing(conn, kind, [op.payload.subject_id for op in ops if op.payload.subject_kind == kind])
    max_bytes = limits_at(received_at)["evidence_max_bytes"]  # what the store takes today
    verdicts: list[Verdict] = []
    rows = []
    for op, reach in zip(ops, reaches, strict=True):
        p = op.payload
        largest = max(p.evidence_copy.bytes, p.original.bytes)
        if reach is None:
            verdicts.append(waiting_for(p.employer_id))
        elif reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
        elif p.subject_id not in subjects:
            verdicts.append(waiting_for(p.subject_id))
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
