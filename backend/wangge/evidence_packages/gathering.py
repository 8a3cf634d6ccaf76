"""Gathering a package: what it is about, and the proofs of it, all in the transaction of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.evidence.files import EvidenceFiles
from wangge.evidence.rules import HEAD_BYTES, Part, file_extension, type_proven
from wangge.evidence_packages import repository
from wangge.evidence_packages.errors import PackageEmpty, PackageTooLarge
from wangge.evidence_packages.format import (
    PackedByteReceipt,
    PackedDeviceKey,
    PackedEntry,
    PackedLog,
    PackedOperation,
    PackedPerson,
    PackedPhoto,
    PackedReceipt,
    PackedRoot,
    PackedServerKey,
    PackedStep,
)
from wangge.evidence_packages.schemas import PackageRequest
from wangge.policies.service import policies_in_force
from wangge.record_log import repository as record_log
from wangge.record_log import service as log_service
from wangge.record_log.merkle import consistency_ranges
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import moment_text


@dataclass(frozen=True)
class Gathered:
    """Everything of a package but the bytes of photos and notes."""

    made_at: datetime
    made_by: PackedPerson
    reason: str
    employer: PackedPerson | None
    visit_ids: list[str]
    operations: list[PackedOperation]
    photos: list[PackedPhoto]
    log: PackedLog
    device_keys: list[PackedDeviceKey]
    server_keys: list[PackedServerKey]


def _text(moment: datetime | None) -> str | None:
    return moment_text(moment) if moment else None


async def things_wanted(db: AsyncSession, request: PackageRequest) -> tuple[PackedPerson | None, list[UUID]]:
    """The employer, where the package is about one, and the ids of everything that belongs into it.

    Raises:
        InvalidInput: neither an employer nor visits, or both.
        NotFound: one of them is outside the caller's sight.
        PackageEmpty, PackageTooLarge: as they say.
    """
    if (request.employer_id is None) == (not request.visit_ids):
        zh, en = "请选择一个单位，或选择若干走访（二选一）。", "Name an employer, or visits, and not both."
        raise InvalidInput([FieldProblem("employer_id", "one_of", zh, en)])
    employer = None
    if request.employer_id:
        row = await repository.find_employer(db, request.employer_id)
        if row is None:
            raise NotFound()
        employer = PackedPerson(str(row["id"]), row["name"])
        ids = await repository.things_about_employer(db, request.employer_id)
    else:
        seen, ids = await repository.things_about_visits(db, request.visit_ids)
        if seen != set(request.visit_ids):
            raise NotFound()
    count, most = await repository.count_operations(db, ids), (await policies_in_force(db))["evidence_package_operations_max"]
    if count == 0:
        raise PackageEmpty()
    if count > most:
        raise PackageTooLarge(operations=count, max=most)
    return employer, ids


async def gather(db: AsyncSession, actor: Actor, files: EvidenceFiles, key: ServerKey, request: PackageRequest, now: datetime) -> Gathered:
    """Everything of the package but the bytes of its photos. See ``things_wanted`` for what it raises."""
    employer, ids = await things_wanted(db, request)
    rows = await repository.operations(db, ids)
    operations = [_operation(row) for row in rows]
    # only what a phone announced can be proved
    photos = [p for row in await repository.photos(db, [r["entity_id"] for r in rows]) for p in await _files_of(files, row)]
    subjects = [UUID(op.op_id) for op in operations] + [UUID(p.evidence_id) for p in photos]
    keys = await repository.device_keys(db, sorted({op.key_id for op in operations if op.key_id}))
    return Gathered(
        made_at=now,
        made_by=PackedPerson(str(actor.person_id), actor.person_name),
        reason=request.reason,
        employer=employer,
        visit_ids=[str(i) for i in request.visit_ids],
        operations=operations,
        photos=photos,
        log=await _log(db, key, subjects, {op.op_sha256 for op in operations} | {p.sha256 for p in photos}),
        device_keys=[_device_key(row) for row in keys],
        server_keys=[
            PackedServerKey(k.key_id, k.public_key, moment_text(k.valid_from), _text(k.retired_at))
            for k in await log_service.server_keys(db)
        ],
    )


def _operation(row: RowMapping) -> PackedOperation:
    op_id, sha256 = str(row["op_id"]), row["op_sha256"]
    receipt = None
    if row["receipt_signature"]:
        receipt = PackedReceipt(op_id, sha256, moment_text(row["received_at"]), row["receipt_key_id"], row["receipt_signature"])
    return PackedOperation(op_id, sha256, row["body"], row["key_id"], row["signature"], row["outcome"], row["problem"],
                           list(row["flags"]), PackedPerson(str(row["person_id"]), row["person_name"]), receipt)  # fmt: skip


def _device_key(row: RowMapping) -> PackedDeviceKey:
    return PackedDeviceKey(row["key_id"], row["public_key"], row["proof"], str(row["device_id"]), str(row["account_id"]),
                           str(row["person_id"]), row["was_enrolled"], moment_text(row["registered_at"]),
                           _text(row["revoked_at"]))  # fmt: skip


async def _files_of(files: EvidenceFiles, row: RowMapping) -> list[PackedPhoto]:
    """The files of a photo, or a note's one; what the store should have and does not is said, so that the package shows it."""
    packed = []
    parts: tuple[Part, ...] = ("copy", "original") if row["medium"] == "photo" else ("copy",)
    for part in parts:
        sha256, size, state, path = row[f"{part}_sha256"], row[f"{part}_bytes"], row[f"{part}_state"], None
        if state == "stored":
            if await files.store.size(sha256) is None:
                state = "lost"
            else:
                extension = file_extension(type_proven(await files.store.head(sha256, HEAD_BYTES), row["media_type"]))
                folder, name = ("photos", f"{row['id']}-{part}") if row["medium"] == "photo" else ("notes", row["id"])
                path = f"{folder}/{name}{extension}"
        receipt = msgspec.convert(row["byte_receipts"].get(part), PackedByteReceipt | None)
        packed.append(PackedPhoto(str(row["id"]), part, sha256, size, state, path, row["medium"], receipt))
    return packed


async def _log(db: AsyncSession, key: ServerKey, subjects: Sequence[UUID], hashes: set[str]) -> PackedLog:
    head = await log_service.head(db, key)
    rows = [r for r in await record_log.entries_of(db, subjects) if r["sha256"] in hashes and r["log_index"] < head.tree_size]
    proofs = await log_service.proofs_of_inclusion(db, [r["log_index"] for r in rows], head.tree_size)
    entries = [
        PackedEntry(r["log_index"], r["kind"], str(r["subject_id"]), r["sha256"], r["at"], proof)
        for r, proof in zip(rows, proofs, strict=True)
    ]
    first = min((e.log_index for e in entries), default=0)
    roots = [
        PackedRoot(r["day"].isoformat(), r["tree_size"], r["root_hash"], moment_text(r["published_at"]), r["key_id"], r["signature"])
        for r in await record_log.roots_covering(db, first, head.tree_size)
    ]
    packed_head = PackedRoot(None, head.tree_size, head.root_hash, moment_text(head.at), head.key_id, head.signature)
    return PackedLog(packed_head, entries, roots, await _steps(db, [*(r.tree_size for r in roots), head.tree_size]))


async def _steps(db: AsyncSession, sizes: Sequence[int]) -> list[PackedStep]:
    """Each size of the log to the next."""
    ordered = sorted(set(sizes))
    pairs = list(pairwise(ordered))
    ranges = {pair: consistency_ranges(*pair) for pair in pairs}
    hashes = await record_log.hashes_of(db, {r for proof in ranges.values() for r in proof})
    return [PackedStep(first, second, [hashes[r].hex() for r in ranges[first, second]]) for first, second in pairs]
