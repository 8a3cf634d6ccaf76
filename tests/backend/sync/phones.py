"""A phone for tests: it seals operations, pushes them, and pulls its scope exactly as the contract says a phone must."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from stdnum.cn import uscc

from wangge.core.clock import utc_now
from wangge.core.ids import new_id
from wangge.employers.credit_code import INNER_ALPHABET, INNER_WEIGHTS

Data = dict[str, Any]
DEVICE = UUID("01900000-0000-7000-8000-000000000001")
PHOTO = {"copy": {"sha256": "a" * 64, "bytes": 3, "width": 4, "height": 3}, "original": {"sha256": "b" * 64, "bytes": 5}}


@dataclass(frozen=True)
class Op:
    """An operation as sealed: ``body`` is what travels."""

    body: str
    op_id: UUID
    entity_id: UUID

    @property
    def sha256(self) -> str:
        """The hash that the receipt must repeat."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def sealed(
    kind: str,
    payload: Data,
    *,
    entity_id: UUID | None = None,
    op_id: UUID | None = None,
    captured_at: datetime | None = None,
    offset_ms: int | None = 0,
    **head: Any,
) -> Op:
    """An operation with everything a phone binds to it; ``head`` replaces single fields."""
    op_id, entity_id = op_id or new_id(), entity_id or new_id()
    operation = {
        "op_id": str(op_id), "kind": kind, "v": 1, "entity_id": str(entity_id), "base_version": None,
        "captured_at": (captured_at or utc_now()).isoformat(), "device_id": str(DEVICE), "device_seq": 1,
        "payload": {name: str(value) if isinstance(value, UUID) else value for name, value in payload.items()},
        "binding": {"server_offset_ms": offset_ms, "position": None, "network": "4g", "battery": 0.8, "app_version": "0.1.0"},
    } | head  # fmt: skip
    return Op(json.dumps(operation, ensure_ascii=False, sort_keys=True, separators=(",", ":")), op_id, entity_id)


def register(name: str = "新开饭店", **more: Any) -> Op:
    """An employer that is on no file; ``head`` fields such as ``captured_at`` pass through."""
    head = {key: more.pop(key) for key in list(more) if key in HEAD}
    return sealed("employer.register", {"name": name, **more}, **head)


def check_in(employer_id: UUID, position: tuple[float, float] | None = None, accuracy_m: float | None = 10, **more: Any) -> Op:
    """A check-in at an employer."""
    head = {key: more.pop(key) for key in list(more) if key in HEAD}
    spot = {"lon": position[0], "lat": position[1]} if position else None
    payload = {"employer_id": employer_id, "position": spot, "accuracy_m": accuracy_m if spot else None, "age_s": 1, **more}
    return sealed("check_in.record", payload, **head)


def visit(employer_id: UUID, **more: Any) -> Op:
    """A visit to an employer."""
    head = {key: more.pop(key) for key in list(more) if key in HEAD}
    payload = {"employer_id": employer_id, "activities": ["collect"], "people_met": "店长", "findings": [], "note": "",
               "evidence_ids": [], **more}  # fmt: skip
    return sealed("visit.record", payload, **head)


def announce(subject_id: UUID, employer_id: UUID | None, subject_kind: str = "visit", **more: Any) -> Op:
    """A photo that will follow."""
    head = {key: more.pop(key) for key in list(more) if key in HEAD}
    payload = {"subject_kind": subject_kind, "subject_id": subject_id, "employer_id": employer_id,
               "media_type": "image/jpeg", "source": "camera", **PHOTO, **more}  # fmt: skip
    return sealed("evidence.announce", payload, **head)


def start(patrol_id: UUID, **head: Any) -> Op:
    """The patrol begins."""
    return sealed("patrol.start", {"patrol_id": patrol_id}, **head)


def finish(patrol_id: UUID, note: str = "完成", **head: Any) -> Op:
    """The patrol ends."""
    return sealed("patrol.finish", {"patrol_id": patrol_id, "note": note}, **head)


def pause(patrol_id: UUID, **head: Any) -> Op:
    """The patrol takes a break; the operation's entity is the break."""
    return sealed("patrol.pause", {"patrol_id": patrol_id}, **head)


def resume(patrol_id: UUID, pause_id: UUID, **head: Any) -> Op:
    """The break is over."""
    return sealed("patrol.resume", {"patrol_id": patrol_id, "pause_id": pause_id}, **head)


def talk(employer_id: UUID | None = None, **more: Any) -> Op:
    """A talk at an employer, or at a place."""
    head = {key: more.pop(key) for key in list(more) if key in HEAD}
    payload = {"employer_id": employer_id, "topics": ["wages", "tips"], "audience": "职工和家属", "people_count": 20,
               "materials": [{"kind": "leaflet", "count": 15}], "note": "", "evidence_ids": [], **more}  # fmt: skip
    return sealed("talk.record", payload, **head)


def incident(kind: str = "collective_wage", severity: str = "serious", **more: Any) -> Op:
    """Something that cannot wait."""
    head = {key: more.pop(key) for key in list(more) if key in HEAD}
    return sealed("incident.report", {"kind": kind, "severity": severity, "people_count": 30, "place": "工地门口", **more}, **head)


def track(patrol_id: UUID, points: Sequence[Sequence[float]], began_at: datetime | None = None, **head: Any) -> Op:
    """A stretch of the way: ``points`` are seconds since ``began_at``, lon, lat, accuracy in metres."""
    began = began_at or utc_now() - timedelta(minutes=10)
    payload = {"patrol_id": patrol_id, "seq": 0, "began_at": began.isoformat(), "points": [list(p) for p in points]}
    return sealed("track.record", payload, **head)


def edit(employer_id: UUID, changes: Data, base_version: int = 1, survey: Data | None = None, **head: Any) -> Op:
    """Changes of an employer's file, as seen at a version."""
    payload = {"employer_id": employer_id, "changes": changes, "survey": survey, "note": ""}
    return sealed("employer.edit", payload, base_version=base_version, **head)


def acknowledge(employer_id: UUID, *entry_ids: str, **head: Any) -> Op:
    """That she has taken note of entries of the key list."""
    payload = {"employer_id": employer_id, "entry_ids": list(entry_ids), "note": "本周上门核实"}
    return sealed("key_list.acknowledge", payload, **head)


HEAD = {"entity_id", "op_id", "captured_at", "offset_ms", "v", "binding", "device_id"}


def finding(kind: str = "no_contract", severity: str = "minor", finding_id: UUID | None = None) -> Data:
    """A finding of a visit."""
    return {"id": str(finding_id or new_id()), "kind": kind, "severity": severity, "note": "三名员工"}


def credit_code(number: int) -> str:
    """A unified social credit code that holds in both its check digits."""
    body = f"MA{number:06d}"
    total = sum(w * INNER_ALPHABET.index(c) for w, c in zip(INNER_WEIGHTS, body, strict=True))
    inner = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    code = f"91370702{body}{inner}"
    return code + str(uscc.calc_check_digit(code))


def days_ago(days: float) -> datetime:
    """A moment in the past (negative: to come)."""
    return utc_now() - timedelta(days=days)


@dataclass
class Phone:
    """What a phone knows: its cursor, and what it holds by kind and id, each with the generation that brought it."""

    http: httpx.AsyncClient
    cursor: str | None = None
    generation: int = 0
    held: dict[tuple[str, str], Data] = field(default_factory=dict)
    brought_by: dict[tuple[str, str], int] = field(default_factory=dict)
    pages: list[Data] = field(default_factory=list)

    async def post(self, bodies: Sequence[str]) -> httpx.Response:
        """One push of texts, the answer as it came."""
        return await self.http.post("/api/sync/push", json={"operations": [{"body": body} for body in bodies]})

    async def push(self, *ops: Op) -> list[Data]:
        """One push; the outcomes in the order of the operations, every receipt checked as a phone checks it."""
        answer = await self.post([op.body for op in ops])
        assert answer.status_code == 200, answer.text
        outcomes: list[Data] = answer.json()["outcomes"]
        assert [o["index"] for o in outcomes] == list(range(len(ops)))
        for op, outcome in zip(ops, outcomes, strict=True):
            assert outcome["op_id"] == str(op.op_id)
            assert outcome["receipt"]["op_sha256"] == op.sha256
            # these phones have no key; test_seals.py has some that do
            outcome["flags"].remove("unsealed")
        return outcomes

    async def pull_page(self, limit: int = 500) -> Data:
        """One page, taken in as the contract says: items and cursor together."""
        params: Data = {"limit": limit} | ({"cursor": self.cursor} if self.cursor else {})
        answer = await self.http.get("/api/sync/pull", params=params)
        assert answer.status_code == 200, answer.text
        page: Data = answer.json()
        if page["reset"]:
            self.generation += 1
        for item in page["items"]:
            key = (item["kind"], item["id"])
            self.held.pop(key, None)
            if item["data"] is not None:
                self.held[key], self.brought_by[key] = item["data"], self.generation
        if page["up_to_date"]:
            self.held = {key: data for key, data in self.held.items() if self.brought_by[key] == self.generation}
        self.cursor = page["cursor"]
        self.pages.append(page)
        return page

    async def pull(self, limit: int = 500) -> list[Data]:
        """Pages until the server says up to date."""
        pages = [await self.pull_page(limit)]
        while not pages[-1]["up_to_date"]:
            assert len(pages) < 1000, "the pull does not end"
            pages.append(await self.pull_page(limit))
        return pages

    def ids(self, kind: str) -> set[UUID]:
        """The ids of what it holds of a kind."""
        return {UUID(i) for k, i in self.held if k == kind}


NewPhone = Callable[..., Phone]


async def journal(owner: Any, op: Op) -> list[Data]:
    """The journal's lines of an operation, the oldest first."""
    return [dict(r) for r in await owner.fetch("select * from sync_operations where op_id = $1 order by received_at, outcome", op.op_id)]
