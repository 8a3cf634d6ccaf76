"""Verifying a package with nothing but itself and, where one has them, keys and roots that one trusts: no server, no database.

Each proof is looked at by itself, so that a forger who mends one of them (a manifest, say) is met by the next.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from wangge.core.operations import Binding
from wangge.core.signatures import PublicKey, holds, key_id_of, public_key_of
from wangge.evidence_packages.findings import Report, Signer
from wangge.evidence_packages.format import PackedEntry, PackedOperation, PackedPhoto, PackedRoot
from wangge.evidence_packages.reading import Read, Unreadable, read_package
from wangge.record_log.merkle import holds_consistency, holds_inclusion, leaf_hash
from wangge.record_log.texts import byte_receipt_text, leaf_text, manifest_text, receipt_text, root_text
from wangge.seals.rules import SealKey, key_proof_text, seal_fault

SEAL_FINDINGS = {
    "key_unknown": "seal_key_missing",
    "other_device": "replayed_from_another_device",
    "key_revoked": "seal_after_revocation",
}
REFUSED_FOR_SEAL = {"seal_broken", "sealed_elsewhere"}


class TrustedRoot(msgspec.Struct):
    """A daily root that somebody kept, as ``/api/log/roots`` gives it."""

    day: str
    tree_size: int
    root_hash: str


class Head(msgspec.Struct):
    """What of an operation's text a verification reads."""

    op_id: UUID
    kind: str
    entity_id: UUID
    device_id: UUID
    captured_at: datetime
    binding: Binding
    payload: dict[str, Any]
    device_seq: int = 0
    chain_id: UUID | None = None
    prev_sha256: str | None = None


def verify_package(path: Path, trusted_keys: Sequence[str] = (), trusted_roots: Sequence[TrustedRoot] = ()) -> Report:
    """Everything that a package proves, and everything in it that does not hold.

    Args:
        path: The package.
        trusted_keys: Public keys of the server that the reader has from elsewhere (SubjectPublicKeyInfo, base64url).
        trusted_roots: Daily roots that the reader has kept.
    """
    report = Report()
    try:
        package = read_package(path, report)
    except Unreadable as exc:
        report.fail("package_unreadable", str(exc))
        return report
    Verification(package, report, trusted_keys, trusted_roots).run()
    return report


class Verification:
    """One verification under way; each method looks at one kind of proof."""

    def __init__(self, package: Read, report: Report, trusted_keys: Sequence[str], trusted_roots: Sequence[TrustedRoot]) -> None:
        self.package, self.report = package, report
        self.trusted = {key_id_of(key) for key in trusted_keys}
        self.trusted_roots = trusted_roots
        self.server_keys: dict[str, PublicKey] = {}
        self.device_keys: dict[str, SealKey] = {}
        self.heads: dict[str, Head | None] = {}
        self.entries: dict[tuple[str, str, str], PackedEntry] = {}

    def run(self) -> None:
        """All of them; keys first, for the others need them."""
        self.look_at_server_keys()
        self.look_at_device_keys()
        self.look_at_manifest()
        self.look_at_roots()
        self.look_at_log()
        for op in self.package.operations:
            self.look_at_operation(op)
        self.look_at_chains()
        self.look_at_photos()

    # ---- keys

    def look_at_server_keys(self) -> None:
        """Ids are hashes; where the reader trusts keys, only those count."""
        for packed in self.package.server_keys:
            key = public_key_of(packed.public_key)
            if key is None or key_id_of(packed.public_key) != packed.key_id:
                self.report.fail("server_key_wrong", packed.key_id)
            else:
                self.server_keys[packed.key_id] = key

    def look_at_device_keys(self) -> None:
        """Ids are hashes, and each phone has shown that it holds the private half."""
        for packed in self.package.device_keys:
            key = public_key_of(packed.public_key)
            proven = key and holds(key, packed.proof, key_proof_text(packed.account_id, packed.device_id, packed.public_key))
            if key is None or not proven or key_id_of(packed.public_key) != packed.key_id:
                self.report.fail("device_key_wrong", packed.key_id)
                continue
            revoked_at = datetime.fromisoformat(packed.revoked_at) if packed.revoked_at else None
            self.device_keys[packed.key_id] = SealKey(packed.key_id, UUID(packed.device_id), key, revoked_at)
            if not packed.was_enrolled:
                self.report.note("phone_not_enrolled", packed.device_id)

    def is_by_server(self, key_id: str, signature: str, data: bytes) -> bool:
        """Whether one of the server's keys signed this; of those that the reader trusts, where there are such."""
        key = self.server_keys.get(key_id)
        return key is not None and (not self.trusted or key_id in self.trusted) and holds(key, signature, data)

    def look_at_manifest(self) -> None:
        """The server's signature over the manifest, and whose key that is."""
        seal, key = self.package.manifest_seal, self.server_keys.get(self.package.manifest_seal.key_id)
        if key is None or not holds(key, seal.signature, manifest_text(self.package.manifest_sha256, seal.key_id)):
            self.report.fail("manifest_signature_wrong", "manifest.json")
        self.report.signer = Signer(seal.key_id, seal.key_id in self.trusted)
        if not self.trusted:
            self.report.note("key_not_compared", seal.key_id)
        elif seal.key_id not in self.trusted:
            self.report.fail("signer_not_trusted", seal.key_id)

    # ---- the log

    def look_at_roots(self) -> None:
        """Each root is signed, the log grew from one to the next, and none differs from one that was kept."""
        log = self.package.log
        roots = sorted(log.roots, key=lambda root: (root.tree_size, root.day or ""))
        for root in (*roots, log.head):
            data = root_text(root.tree_size, root.root_hash, root.at, root.key_id, root.day)
            if not self.is_by_server(root.key_id, root.signature, data):
                self.report.fail("root_signature_wrong", _name(root))
        steps = {(step.first, step.second): step.proof for step in log.steps}
        for earlier, later in pairwise((*roots, log.head)):
            proof = [] if earlier.tree_size == later.tree_size else _hashes(steps.get((earlier.tree_size, later.tree_size)))
            if proof is None or not holds_consistency(
                earlier.tree_size, _hash(earlier.root_hash), later.tree_size, _hash(later.root_hash), proof
            ):
                self.report.fail("root_not_consistent", _name(later), earlier=_name(earlier))
        self.compare_with_kept(roots)
        self.report.roots, self.report.tree_size, self.report.root_hash = len(roots), log.head.tree_size, log.head.root_hash

    def compare_with_kept(self, roots: Sequence[PackedRoot]) -> None:
        """Roots that the reader kept are the same here; those from the package's first entry on must be here."""
        by_day = {root.day: root for root in roots}
        first = min((entry.log_index for entry in self.package.log.entries), default=0)
        for kept in self.trusted_roots:
            found = by_day.get(kept.day)
            if found is None:
                if first < kept.tree_size <= self.package.log.head.tree_size:
                    self.report.fail("root_missing", kept.day)
            elif (found.tree_size, found.root_hash) != (kept.tree_size, kept.root_hash):
                self.report.fail("root_contradicted", kept.day, kept=kept.root_hash, found=found.root_hash)

    def look_at_log(self) -> None:
        """Each entry stands where it says, in the tree of the head."""
        head, places = self.package.log.head, set()
        for entry in self.package.log.entries:
            self.entries[entry.kind, entry.subject_id, entry.sha256] = entry
            where = f"{entry.kind} {entry.subject_id}"
            if entry.log_index in places:
                self.report.fail("log_place_taken_twice", where, log_index=entry.log_index)
            places.add(entry.log_index)
            leaf = leaf_hash(leaf_text(entry.kind, entry.subject_id, entry.sha256, entry.at))
            proof = _hashes(entry.proof)
            if proof is None or not holds_inclusion(leaf, entry.log_index, head.tree_size, proof, _hash(head.root_hash)):
                self.report.fail("log_proof_wrong", where, log_index=entry.log_index)
        self.report.log_entries = len(self.package.log.entries)

    # ---- operations

    def look_at_operation(self, op: PackedOperation) -> None:
        """Its text by its hash, its seal, its receipt, its place in the log."""
        self.report.operations += 1
        body = op.body.encode("utf-8", "surrogatepass")
        sha256 = hashlib.sha256(body).hexdigest()
        head = self.heads[op.op_id] = _head(body)
        if sha256 != op.op_sha256 or (head and str(head.op_id) != op.op_id):
            self.report.fail("operation_altered", op.op_id, expected=op.op_sha256, found=sha256)
        self.look_at_seal(op, body, head)
        self.look_at_receipt(op)
        if ("operation", op.op_id, op.op_sha256) not in self.entries:
            self.report.fail("log_entry_missing", f"operation {op.op_id}")

    def look_at_seal(self, op: PackedOperation, body: bytes, head: Head | None) -> None:
        """Whether the phone that the text names signed it."""
        if op.problem in REFUSED_FOR_SEAL:
            self.report.note("refused_at_arrival", op.op_id, problem=op.problem)
            return
        if not op.key_id or not op.signature:
            if op.key_id or op.signature or "unsealed" not in op.flags:
                self.report.fail("seal_wrong", op.op_id)
            else:
                self.report.note("unsealed", op.op_id)
            return
        happened_at = None
        if head:
            happened_at = head.captured_at + timedelta(milliseconds=head.binding.server_offset_ms or 0)
        fault = seal_fault(body, op.signature, self.device_keys.get(op.key_id), head.device_id if head else None, happened_at)
        if fault:
            self.report.fail(SEAL_FINDINGS.get(fault, "seal_wrong"), op.op_id, key_id=op.key_id)
        else:
            self.report.sealed += 1

    def look_at_receipt(self, op: PackedOperation) -> None:
        """Whether the server signed that it received just this."""
        receipt = op.receipt
        if receipt is None:
            self.report.fail("receipt_missing", op.op_id)
            return
        data = receipt_text(receipt.op_id, receipt.op_sha256, receipt.received_at, receipt.key_id)
        is_of_this = (receipt.op_id, receipt.op_sha256) == (op.op_id, op.op_sha256)
        if is_of_this and self.is_by_server(receipt.key_id, receipt.signature, data):
            self.report.receipts += 1
        else:
            self.report.fail("receipt_forged", op.op_id)

    def look_at_chains(self) -> None:
        """Neighbours in a chain name each other; a package is a selection, so what lies between others may be missing."""
        chains: dict[UUID, dict[int, list[PackedOperation]]] = defaultdict(lambda: defaultdict(list))
        for op in self.package.operations:
            head = self.heads[op.op_id]
            if head and head.chain_id and op.problem not in REFUSED_FOR_SEAL:
                chains[head.chain_id][head.device_seq].append(op)
        for chain_id, numbered in chains.items():
            for number, ops in sorted(numbered.items()):
                if len({op.op_sha256 for op in ops}) > 1:
                    self.report.fail("chain_forked", str(chain_id), number=number)
                before = {op.op_sha256 for op in numbered.get(number - 1, [])}
                for op in ops:
                    head = self.heads[op.op_id]
                    if before and head and head.prev_sha256 not in before:
                        self.report.fail("chain_broken", op.op_id, chain=str(chain_id), number=number)

    # ---- photos

    def look_at_photos(self) -> None:
        """Each file is the one whose hash was sealed at capture."""
        announced = {
            str(head.entity_id): head.payload
            for op in self.package.operations
            if (head := self.heads[op.op_id]) and head.kind == "evidence.announce" and op.outcome == "applied"
        }
        for photo in self.package.photos:
            self.look_at_photo(photo, announced.get(photo.evidence_id))

    def look_at_photo(self, photo: PackedPhoto, announcement: dict[str, Any] | None) -> None:
        """One file of a photo or a note, against the text that announced it and against the log."""
        where = f"{photo.evidence_id} {photo.part}"
        if announcement is None:
            self.report.fail("photo_not_announced", where)
            return
        part = announcement.get(photo.part)
        sealed = part.get("sha256") if isinstance(part, dict) else None
        if photo.state != "stored":
            if photo.state == "lost":
                self.report.fail("photo_missing", where)
            else:
                self.report.note("photo_not_arrived", where, state=photo.state)
            return
        found = self.package.hashes.get(photo.path or "")
        if found is None:
            self.report.fail("photo_missing", where)
        elif found != sealed or photo.sha256 != sealed:
            self.report.fail("photo_altered", photo.path or where, expected=sealed, found=found or "damaged")
        else:
            self.report.photos += 1
        entry = self.entries.get((photo.part, photo.evidence_id, sealed or ""))
        if entry is None:
            self.report.fail("log_entry_missing", where)
        self.look_at_byte_receipt(photo, entry)

    def look_at_byte_receipt(self, photo: PackedPhoto, entry: PackedEntry | None) -> None:
        """Whether the server signed that it stored just these bytes, and the log has them no earlier than it then said."""
        where, receipt = f"{photo.evidence_id} {photo.part}", photo.receipt
        if receipt is None:
            self.report.note("byte_receipt_missing", where)
            return
        data = byte_receipt_text(
            receipt.evidence_id, receipt.part, receipt.sha256, receipt.bytes, receipt.stored_at, receipt.log_size, receipt.key_id
        )
        is_of_this = (receipt.evidence_id, receipt.part, receipt.sha256) == (photo.evidence_id, photo.part, photo.sha256)
        if not is_of_this or not self.is_by_server(receipt.key_id, receipt.signature, data):
            self.report.fail("byte_receipt_forged", where)
        elif entry and entry.log_index < receipt.log_size:
            self.report.fail("byte_receipt_contradicted", where, log_index=entry.log_index, log_size=receipt.log_size)
        else:
            self.report.byte_receipts += 1


def _head(body: bytes) -> Head | None:
    try:
        head = msgspec.json.decode(body, type=Head)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return head if head.captured_at.tzinfo else None


def _hash(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _hashes(texts: Sequence[str] | None) -> list[bytes] | None:
    return None if texts is None else [_hash(text) for text in texts]


def _name(root: PackedRoot) -> str:
    return root.day or "head"
