"""Announcing evidence: the phone says which photos and notes belong to a record, and their hashes, before any byte travels."""

from collections.abc import Mapping, Sequence
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
from wangge.evidence.errors import NoteTooLarge, PhotoTooLarge
from wangge.evidence.rules import NoteType, medium_of

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Pixels = Annotated[int, Meta(ge=1, le=100_000)]
FileBytes = Annotated[int, Meta(ge=1, le=2**53)]


class FileAnnounced(Struct, frozen=True):
    """A file: hash and size in bytes."""

    sha256: Sha256
    bytes: FileBytes


class CopyAnnounced(Struct, frozen=True):
    """A photo's evidence copy with its width and height in pixels; or a note's one file, which has none."""

    sha256: Sha256
    bytes: FileBytes
    width: Pixels | None = None
    height: Pixels | None = None


class EvidencePayload(Struct, frozen=True, rename={"evidence_copy": "copy"}):
    """A photo or a note announced; only a talk or an incident may have no employer.

    A photo has an original, and from this release on a small picture that travels ahead (``thumb``). A note, in sound or picture, has one
    file as it was recorded, announced as its copy, and its length in ``seconds``.
    """

    subject_kind: Literal["visit", "employer", "check_in", "talk", "incident"]
    subject_id: UUID
    media_type: Literal["image/jpeg"] | NoteType
    source: Literal["camera", "gallery", "recorder", "file"]
    evidence_copy: CopyAnnounced
    original: FileAnnounced | None = None
    employer_id: UUID | None = None
    thumb: FileAnnounced | None = None
    seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None


class SubjectNotYours(WanggeError):
    """The photo is announced for somebody else's record."""

    code, status = "subject_not_yours", 403
    zh = "照片或录音录像所属的记录不是您的，信息已保存，等待街道核对。"
    en = "The record that this photo or note belongs to is not yours. It is kept for your street to check."


# Records that need no employer lie where they took place, and their photos with them.
OWN_PLACE = {"talk": "talks", "incident": "incidents"}


INSERT = """
    insert into evidence (id, subject_kind, subject_id, employer_id, person_id, device_id, media_type, medium, seconds, source,
                          copy_sha256, copy_bytes, copy_width, copy_height, copy_state, original_sha256, original_bytes,
                          original_state, thumb_sha256, thumb_bytes, thumb_state, thumbnail_state, captured_at, received_at, grid_id,
                          grid_path)
    select id, subject_kind, subject_id, employer_id, $1::uuid, device_id, media_type, medium, seconds, source, copy_sha256, copy_bytes,
           copy_width, copy_height, 'expected', original_sha256, original_bytes,
           case when original_sha256 is null then 'none' else 'expected' end, thumb_sha256, thumb_bytes,
           case when thumb_sha256 is null then 'none' else 'expected' end, 'none', captured_at, $2::timestamptz, grid_id, grid_path::ltree
    from unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::float8[], $11::text[],
                $12::text[], $13::bigint[], $14::int[], $15::int[], $16::text[], $17::bigint[], $18::text[], $19::bigint[],
                $20::timestamptz[], $21::uuid[], $22::text[])
      as t(id, subject_kind, subject_id, employer_id, device_id, media_type, medium, seconds, source, copy_sha256, copy_bytes, copy_width,
           copy_height, original_sha256, original_bytes, thumb_sha256, thumb_bytes, captured_at, grid_id, grid_path)
    on conflict (id) do nothing returning id
"""


EMPLOYER_MISSING = FieldProblem("employer_id", "missing", "“employer_id”必须填写。", "Say which employer the photo is of.")


def _missing(name: str) -> FieldProblem:
    return FieldProblem(name, "missing", f"“{name}”必须填写。", f"Fill in {name}.")


def _not_here(name: str) -> FieldProblem:
    return FieldProblem(name, "not_here", f"录音录像没有“{name}”。", f"A note has no {name}.")


def _ill_formed(p: EvidencePayload) -> list[FieldProblem]:
    """What a photo must have and a note must not, and the other way round."""
    copy = p.evidence_copy
    of_photo = {"original": p.original, "copy.width": copy.width, "copy.height": copy.height}
    if medium_of(p.media_type) == "photo":
        return [_missing(name) for name, value in of_photo.items() if value is None]
    problems = [_not_here(name) for name, value in (of_photo | {"thumb": p.thumb}).items() if value is not None]
    # What the system's recorder handed over may not tell its length on the phone.
    return [*problems, *([_missing("seconds")] if p.seconds is None and p.source != "file" else [])]


def _too_large(p: EvidencePayload, limits: Mapping[str, Any]) -> WanggeError | None:
    """Whether a file is over what the store takes, before it costs anyone's data."""
    medium, max_bytes = medium_of(p.media_type), limits["evidence_max_bytes"]
    if medium != "photo":
        most = min(limits[f"note_{medium}_max_bytes"], max_bytes)
        return NoteTooLarge(bytes=p.evidence_copy.bytes, max_bytes=most) if p.evidence_copy.bytes > most else None
    largest = max(p.evidence_copy.bytes, p.original.bytes if p.original else 0)
    if largest > max_bytes:
        return PhotoTooLarge(bytes=largest, max_bytes=max_bytes)
    thumb_max = limits["evidence_thumb_max_bytes"]
    return PhotoTooLarge(bytes=p.thumb.bytes, max_bytes=thumb_max) if p.thumb and p.thumb.bytes > thumb_max else None


def _flags(op: Operation[EvidencePayload], received_at: datetime, limits_at: LimitsAt) -> list[str]:
    medium = medium_of(op.payload.media_type)
    flags = clock_flags(op, received_at, limits_at)
    # A recorder stops within a second of its limit; the system's own knows of none.
    is_long = medium != "photo" and (op.payload.seconds or 0) > limits_at(op.happened_at)[f"note_{medium}_max_s"] + 1
    return [*flags, *(["note_too_long"] if is_long else [])]


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
    """Note the photos and notes a phone announces; the verdicts stand in the order of the operations.

    One whose record has not arrived waits. A file over the limit is quarantined before it costs anyone's data.
    """
    reaches = await _reaches(conn, actor, ops)
    subjects: set[UUID] = set()
    for kind in {op.payload.subject_kind for op in ops}:
        subjects |= await existing(conn, kind, [op.payload.subject_id for op in ops if op.payload.subject_kind == kind])
    limits = limits_at(received_at)  # what the store takes today
    verdicts: list[Verdict] = []
    rows = []
    for op, reach in zip(ops, reaches, strict=True):
        p = op.payload
        if ill_formed := _ill_formed(p):
            verdicts.append(quarantined(InvalidInput(ill_formed), reach.grid_path if reach else None))
        elif p.employer_id is None and p.subject_kind not in OWN_PLACE:
            verdicts.append(quarantined(InvalidInput([EMPLOYER_MISSING])))
        elif reach is None and p.employer_id is not None:
            verdicts.append(waiting_for(p.employer_id))
        elif reach is not None and reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
        elif p.subject_id not in subjects:
            verdicts.append(waiting_for(p.subject_id))
        elif reach is None:
            verdicts.append(quarantined(SubjectNotYours()))
        elif too_large := _too_large(p, limits):
            verdicts.append(quarantined(too_large, reach.grid_path))
        else:
            verdicts.append(Verdict(flags=_flags(op, received_at, limits_at), grid_path=reach.grid_path))
            copy, original, thumb = p.evidence_copy, p.original, p.thumb
            rows.append(
                (op.entity_id, p.subject_kind, p.subject_id, p.employer_id, op.device_id, p.media_type, medium_of(p.media_type), p.seconds,
                 p.source, copy.sha256, copy.bytes, copy.width, copy.height, original and original.sha256, original and original.bytes,
                 thumb and thumb.sha256, thumb and thumb.bytes, op.captured_at, reach.grid_id, reach.grid_path)
            )  # fmt: skip
    if not rows:
        return verdicts
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = {r[0] for r in await conn.fetch(INSERT, actor.person_id, received_at, *columns)}
    quarantine_taken_ids(ops, verdicts, stored)
    return verdicts
