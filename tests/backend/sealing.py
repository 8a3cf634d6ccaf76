"""A phone for tests that seals as the app does: a key of its own, numbers, links, signatures; and receipts believed by signature."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from factories import Owner, Someone
from fixture_types import Client

from wangge.accounts.actor import token_hash
from wangge.core.canonical import canonical_json
from wangge.core.clock import utc_now
from wangge.core.ids import new_id
from wangge.core.signatures import PrivateKey, holds, key_id_of, public_key_of, sign, text_of
from wangge.record_log.texts import receipt_text
from wangge.seals.rules import key_proof_text

Data = dict[str, Any]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def new_key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class SealedOp:
    """An operation as it is sent."""

    body: str
    key_id: str | None
    signature: str | None

    @property
    def op_sha256(self) -> str:
        return sha256(self.body.encode())

    @property
    def wire(self) -> Data:
        sealed = {"key_id": self.key_id, "signature": self.signature}
        return {"body": self.body} | {name: value for name, value in sealed.items() if value is not None}


@dataclass
class SealingPhone:
    """One account's store on one phone."""

    http: httpx.AsyncClient
    someone: Someone
    device_id: UUID
    key: PrivateKey = field(default_factory=new_key)
    chain_id: UUID = field(default_factory=new_id)
    seq: int = 0
    last: str | None = None

    @property
    def public_key(self) -> str:
        return text_of(self.key.public_key())

    @property
    def key_id(self) -> str:
        return key_id_of(self.public_key)

    async def make_key_known(self) -> httpx.Response:
        """As at the start of a round."""
        proof = sign(self.key, key_proof_text(self.someone.account_id, self.device_id, self.public_key))
        return await self.http.post("/api/me/device/key", json={"public_key": self.public_key, "proof": proof})

    def record(self, kind: str, payload: Data, entity_id: UUID | None = None, captured_at: datetime | None = None, **head: Any) -> SealedOp:
        """Number, link and sign an operation; ``head`` replaces single fields of its text."""
        self.seq += 1
        operation = {
            "op_id": str(new_id()), "kind": kind, "v": 1, "entity_id": str(entity_id or new_id()), "base_version": None,
            "captured_at": (captured_at or utc_now()).isoformat(), "device_id": str(self.device_id), "device_seq": self.seq,
            "chain_id": str(self.chain_id), "prev_sha256": self.last,
            "payload": {name: str(value) if isinstance(value, UUID) else value for name, value in payload.items()},
            "binding": {"server_offset_ms": 0, "position": None, "network": "4g", "battery": 0.8, "app_version": "0.1.0"},
        } | head  # fmt: skip
        body = canonical_json(operation)
        self.last = sha256(body.encode())
        return self.seal(body)

    def seal(self, body: str) -> SealedOp:
        return SealedOp(body, self.key_id, sign(self.key, body.encode()))

    def check_in(self, employer_id: UUID, **more: Any) -> SealedOp:
        """A check-in without a position."""
        payload = {"employer_id": employer_id, "position": None, "accuracy_m": None, "age_s": None}
        return self.record("check_in.record", payload, **more)

    def visit(self, employer_id: UUID, note: str = "", **more: Any) -> SealedOp:
        payload = {"employer_id": employer_id, "activities": ["collect"], "people_met": "店长", "findings": [], "note": note,
                   "evidence_ids": []}  # fmt: skip
        return self.record("visit.record", payload, **more)

    def announce(self, employer_id: UUID, visit_id: UUID, copy: bytes, original: bytes, **more: Any) -> SealedOp:
        payload = {
            "subject_kind": "visit", "subject_id": visit_id, "employer_id": employer_id, "media_type": "image/jpeg", "source": "camera",
            "copy": {"sha256": sha256(copy), "bytes": len(copy), "width": 4, "height": 3},
            "original": {"sha256": sha256(original), "bytes": len(original)},
        }  # fmt: skip
        return self.record("evidence.announce", payload, **more)

    def announce_note(self, employer_id: UUID, visit_id: UUID, data: bytes, media_type: str = "audio/ogg", **more: Any) -> SealedOp:
        payload = {
            "subject_kind": "visit", "subject_id": visit_id, "employer_id": employer_id, "media_type": media_type, "source": "recorder",
            "copy": {"sha256": sha256(data), "bytes": len(data)}, "seconds": 4.5,
        }  # fmt: skip
        return self.record("evidence.announce", payload, **more)

    async def push(self, *ops: SealedOp) -> list[Data]:
        """One push; every receipt is checked as the app checks it."""
        answer = await self.http.post("/api/sync/push", json={"operations": [op.wire for op in ops]})
        assert answer.status_code == 200, answer.text
        keys = {k["key_id"]: k["public_key"] for k in (await self.http.get("/api/log/key")).json()}
        outcomes: list[Data] = answer.json()["outcomes"]
        for op, outcome in zip(ops, outcomes, strict=True):
            receipt = outcome["receipt"]
            assert receipt["op_sha256"] == op.op_sha256
            text = receipt_text(receipt["op_id"], receipt["op_sha256"], receipt["received_at"], receipt["key_id"])
            key = public_key_of(keys[receipt["key_id"]])
            assert key and holds(key, receipt["signature"], text)
        return outcomes


async def sealing_phone(owner: Owner, client: Client, someone: Someone, device_id: UUID | None = None, **more: Any) -> SealingPhone:
    """A phone on which she has signed in; its key is not known yet."""
    device_id = device_id or new_id()
    await owner.execute("insert into devices (id, account_id, name) values ($1, $2, '手机')", device_id, someone.account_id)
    token = f"phone-{new_id()}"
    await owner.execute(
        """insert into sessions (id, account_id, appointment_id, device_id, kind, token_sha256, expires_at)
           values ($1, $2, $3, $4, 'phone', $5, now() + interval '1 day')""",
        new_id(), someone.account_id, someone.appointment_id, device_id, token_hash(token),
    )  # fmt: skip
    http = client(someone)
    http.headers["Authorization"] = f"Bearer {token}"
    return SealingPhone(http, someone, device_id, **more)
