"""``push``: what one phone's backlog costs, through HTTP into the tables, against the bare INSERT of the same rows.

The mix is half check-ins, half visits with one finding in every fourth, each visit after its check-in, a third of them on
a patrol; each is sealed as the app seals it. The floor writes the very rows that the API has just written into tables of the
same columns, checks and indexes, in one transaction a batch with four prepared statements. It has no triggers, foreign keys,
access rules, feed, log or seals, and need not read, check, hash, sign or answer anything: that is what the ratio prices.
"""

import gzip
import hashlib
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.bench import Bench, Client, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import demo_city, give_employers
from benchmarks.measuring import compare, in_turns
from wangge.core.canonical import canonical_json
from wangge.core.ids import new_id
from wangge.core.signatures import key_id_of, sign, text_of
from wangge.seals.rules import key_proof_text

BATCH = 200
BATCHES_A_RUN = 10
EMPLOYERS = 180
STOPS = 60
TABLES = ("check_ins", "visits", "findings", "sync_operations")
DEVICE = UUID("00000000-0000-7000-8000-0000000000be")
NOTES = (
    "用工情况正常，发放《劳动合同法》宣传页，负责人已签收；现场抽查考勤与工资支付台账各三份，与登记一致。",
    "负责人外出，由人事接待，已核对用工人数与合同签订情况，约定下周三再来确认两名新入职员工的参保材料。",
    "已张贴维权告示牌，电话清晰。员工食堂与宿舍一并查看，未见异常。",
)
FINDINGS = (
    ("no_contract", "minor", "3 名新入职员工尚未签订劳动合同，已告知一个月内补签，并留下联系方式。"),
    ("wage_arrears", "major", "员工反映上月工资未发，已要求说明并上报街道，约定三日内答复。"),
    ("no_ledger", "note", "工资支付台账不完整，缺少签字页，现场指导填写。"),
)


@dataclass(frozen=True)
class Site:
    """An employer of the phone's owner, and the patrol that leads there, if one does."""

    employer_id: str
    lon: float
    lat: float
    patrol_id: str | None


class Phone:
    """Makes the operations a supervisor's phone would have in its outbox."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites, self.pick, self.seq = sites, random.Random(7), 0  # noqa: S311  (a made-up day, not a secret)
        self.key, self.chain_id, self.last = ec.generate_private_key(ec.SECP256R1()), str(new_id()), None
        self.public_key = text_of(self.key.public_key())
        self.at = datetime.now(UTC) - timedelta(hours=12)

    def _sealed(self, kind: str, entity_id: str, at: datetime, fix: dict[str, float], payload: dict[str, Any]) -> dict[str, str]:
        self.seq += 1
        operation = {
            "op_id": str(new_id()), "kind": kind, "v": 1, "entity_id": entity_id, "base_version": None,
            "captured_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "device_id": str(DEVICE),
            "device_seq": self.seq, "chain_id": self.chain_id, "prev_sha256": self.last, "payload": payload,
            "binding": {"server_offset_ms": self.pick.randint(-900, 900), "position": fix, "network": "4g", "battery": 0.63,
                        "app_version": "0.1.0"},
        }  # fmt: skip
        body = canonical_json(operation)
        self.last = hashlib.sha256(body.encode()).hexdigest()
        return {"body": body, "key_id": key_id_of(self.public_key), "signature": sign(self.key, body.encode())}

    def make_key_known(self, client: Client) -> None:
        """As the app does before its first push."""
        account = json.loads(gzip.decompress(client.request("GET", "/api/me")[2]))["account_id"]
        proof = sign(self.key, key_proof_text(account, DEVICE, self.public_key))
        status, _, answer = client.request(
            "POST", "/api/me/device/key", json.dumps({"public_key": self.public_key, "proof": proof}).encode()
        )
        if status != 200:
            raise RuntimeError(f"the phone's key was answered {status}: {answer!r}")

    def batch(self) -> bytes:
        """The body of one push of ``BATCH`` operations."""
        operations = []
        for n in range(BATCH // 2):
            site, at = self.pick.choice(self.sites), self.at
            self.at += timedelta(seconds=4)  # every visit is its employer's latest, as in the field
            spot = {"lon": site.lon + self.pick.uniform(-1, 1) * 3e-4, "lat": site.lat + self.pick.uniform(-1, 1) * 3e-4}
            fix = {**spot, "accuracy_m": round(self.pick.uniform(4, 40), 1), "age_s": 1.5}
            where = {"employer_id": site.employer_id, "patrol_id": site.patrol_id, "stop_id": None}
            check_in_id = str(new_id())
            operations.append(self._sealed("check_in.record", check_in_id, at, fix, {
                **where, "position": spot, "accuracy_m": fix["accuracy_m"], "age_s": 1.5,
            }))  # fmt: skip
            kind, severity, note = self.pick.choice(FINDINGS)
            findings = [{"id": str(new_id()), "kind": kind, "severity": severity, "note": note}] if n % 4 == 0 else []
            operations.append(self._sealed("visit.record", str(new_id()), at + timedelta(seconds=2), fix, {
                **where, "check_in_id": check_in_id, "activities": ["collect", "publicise", "observe"],
                "people_met": "人事专员小李", "findings": findings, "note": self.pick.choice(NOTES),
                "evidence_ids": [str(new_id()) for _ in range(n % 3)],
            }))  # fmt: skip
        return json.dumps({"operations": operations}, ensure_ascii=False).encode()


async def _make_sites(owner: Any) -> list[Site]:
    """Give the demo supervisor ``EMPLOYERS`` more employers, and an open patrol of ``STOPS`` of them."""
    await give_employers(owner, "community", EMPLOYERS)
    person, patrol = await owner.fetchval("select person_id from accounts where login = 'community'"), new_id()
    await owner.execute(
        "insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, grid_id, grid_path, version) "
        "select $1, '基准测试', '', $2, china_today(), $2, 'started', '', grid_id, grid_path, 1 from duties where person_id = $2 limit 1",
        patrol,
        person,
    )
    await owner.execute(
        """
        insert into patrol_stops (id, patrol_id, employer_id, seq, status, assignee_id, is_open, grid_path)
        select gen_random_uuid(), $1, id, row_number() over (order by id), 'planned', $2, true, grid_path
        from employers where note = 'bench' order by id limit $3
        """,
        patrol,
        person,
        STOPS,
    )
    rows = await owner.fetch(
        "select e.id::text, ST_X(e.position), ST_Y(e.position), s.patrol_id::text from employers e "
        "left join patrol_stops s on s.employer_id = e.id and s.patrol_id = $1 where e.note = 'bench' order by e.id",
        patrol,
    )
    return [Site(*row) for row in rows]


class BareTables:
    """The floor: the same columns, checks and indexes, and nothing else; rows go in by one prepared statement a table."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.columns: dict[str, dict[str, str]] = {}
        self.statements: dict[str, Any] = {}

    async def make(self) -> None:
        """Make the tables in a schema of their own and prepare the statements."""
        await self.owner.execute("create schema bare")
        for table in TABLES:
            await self.owner.execute(f"create table bare.{table} (like public.{table} including all)")
            rows = await self.owner.fetch(
                "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = $1::text::regclass and attnum > 0 "
                "and not attisdropped order by attnum",
                f"bare.{table}",
            )
            columns = self.columns[table] = dict(tuple(r) for r in rows)
            values = ", ".join(self._cast(name, type_) for name, type_ in columns.items())
            arrays = ", ".join(f"${i}::{self._sent_as(type_)}[]" for i, type_ in enumerate(columns.values(), 1))
            self.statements[table] = await self.owner.prepare(
                f"insert into bare.{table} ({', '.join(columns)}) select {values} from unnest({arrays}) as t({', '.join(columns)})"
            )

    @staticmethod
    def _sent_as(type_: str) -> str:
        """How a column travels: what has no array in the driver goes as text."""
        plain = ("uuid", "text", "integer", "double precision", "boolean", "timestamp with time zone")
        return type_ if type_ in plain else "text"

    def _cast(self, name: str, type_: str) -> str:
        return name if self._sent_as(type_) == type_ else f"{name}::{type_}"

    async def same_rows(self, received_after: datetime) -> dict[str, list[list[Any]]]:
        """What the API has written since then, table by table, column by column."""
        found = {}
        for table, columns in self.columns.items():
            names = ", ".join(n if self._sent_as(t) == t else f"{n}::text" for n, t in columns.items())
            since = "visit_id in (select id from visits where received_at > $1)" if table == "findings" else "received_at > $1"
            rows = await self.owner.fetch(f"select {names} from {table} where {since}", received_after)
            found[table] = [list(column) for column in zip(*rows, strict=True)]
        if len(found["sync_operations"][0]) != BATCH:
            raise RuntimeError("the journal does not hold the batch")
        return found

    async def insert(self, batch: dict[str, list[list[Any]]]) -> None:
        """One batch, one transaction."""
        async with self.owner.transaction():
            for table, columns in batch.items():
                await self.statements[table].fetch(*columns)


def _require_applied(answer: bytes) -> None:
    outcomes = {o["outcome"] for o in json.loads(gzip.decompress(answer))["outcomes"]}
    if outcomes != {"applied"}:
        raise RuntimeError(f"not every operation was applied: {outcomes} {answer[:500]!r}")


async def run(bench: Bench) -> None:
    """Push a batch, insert the same rows, and so on in turns."""
    city, data_dir = await demo_city(bench)
    async with bench.copied_database(city, "bench_push") as urls, connected(urls.owner) as owner:
        maker, bare = Phone(await _make_sites(owner)), BareTables(owner)
        await bare.make()
        await owner.execute("analyze")
        async with bench.server(urls, data_dir) as server:
            with server.client("community", "field", str(DEVICE)) as phone:
                maker.make_key_known(phone)
                same_rows: dict[str, list[list[Any]]] = {}

                async def through_the_api(_: int) -> float:
                    body, before = maker.batch(), datetime.now(UTC)
                    began = time.perf_counter()
                    status, _headers, answer = phone.request("POST", "/api/sync/push", body)
                    seconds = time.perf_counter() - began
                    if status != 200:
                        raise RuntimeError(f"push was answered {status}: {answer[:500]!r}")
                    _require_applied(answer)
                    same_rows.update(await bare.same_rows(before))
                    return seconds

                async def bare_insert(_: int) -> float:
                    began = time.perf_counter()
                    await bare.insert(same_rows)
                    return time.perf_counter() - began

                values, floors = await in_turns(through_the_api, bare_insert, BATCHES_A_RUN)
    rates, bare_rates = ([BATCHES_A_RUN * BATCH / s for s in seconds] for seconds in (values, floors))
    bench.report(compare("push", "op/s", rates, bare_rates, more_is_better=True, bar=CATALOGUE["push"].bar))
