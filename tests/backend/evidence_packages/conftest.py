"""One package for all the forgers: two supervisors' day at one employer, exported by the county's desk."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from factories import WEST_NORTH_1, Owner, Territory, make_employer, make_person_with_account
from fixture_types import Client
from packages import Exported, Forger, files_of, upload
from sealing import SealingPhone, sealing_phone
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import unit_of_work
from wangge.core.ids import new_id
from wangge.core.settings import Settings
from wangge.core.signatures import PrivateKey
from wangge.record_log.keeping import append_all, publish_yesterday
from wangge.record_log.merkle import leaf_hash
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import leaf_text

COPY = b"\xff\xd8\xff\xe0" + b"the evidence copy" * 50
NOTE = b"OggS\0\2" + bytes(22) + b"\x01\x13OpusHead" + b"what was said" * 90
ORIGINAL = b"\xff\xd8\xff\xe0" + b"the camera's own file" * 200
_made: list[Exported] = []
_days = iter(date(1990, 1, 1) + timedelta(days=n) for n in range(1000))


@pytest.fixture
async def phone(owner: Owner, territory: Territory, client: Client) -> SealingPhone:
    made = await sealing_phone(owner, client, territory["community"])
    await made.make_key_known()
    return made


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    return await make_employer(owner, WEST_NORTH_1, name="潍坊昌盛纺织有限公司")


def private_key_in(path: Path) -> PrivateKey:
    """What only somebody in the server's own folder gets."""
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, PrivateKey)
    return key


async def publish(engine: AsyncEngine, key: ServerKey) -> None:
    """A daily root; its day is one that no test has used, for roots stay."""
    await append_all(engine)
    async with unit_of_work(engine) as db:
        assert await publish_yesterday(db, key, next(_days))


@pytest.fixture
async def exported(
    owner: Owner, territory: Territory, client: Client, phone: SealingPhone, employer: UUID, engine: AsyncEngine, server_key: ServerKey,
    settings: Settings,
) -> AsyncIterator[Exported]:  # fmt: skip
    """Made once in a test process: forging needs its bytes alone."""
    if not _made:
        other_person = await make_person_with_account(owner, WEST_NORTH_1)
        other = await sealing_phone(owner, client, other_person)
        await other.make_key_known()
        visit_id = new_id()
        ops = {
            "check-in": phone.check_in(employer),
            "visit": phone.visit(employer, note="工资已发放", entity_id=visit_id),
            "photo": phone.announce(employer, visit_id, COPY, ORIGINAL),
            "second visit": phone.visit(employer, note="回访"),
            "note": phone.announce_note(employer, visit_id, NOTE),
            "other's visit": other.visit(employer, note="复核"),
        }
        outcomes = await phone.push(*list(ops.values())[:5])
        await publish(engine, server_key)
        photo, note = await owner.fetch("select id from evidence order by medium = 'audio'")
        for evidence, part, data in ((photo, "copy", COPY), (photo, "original", ORIGINAL), (note, "copy", NOTE)):
            await upload(phone.http, str(evidence["id"]), part, data)
        await publish(engine, server_key)
        outcomes += await other.push(ops["other's visit"])
        assert {o["outcome"] for o in outcomes} == {"applied"}
        # roots of days long past are not looked for: the package begins on the day of its first entry
        answer = await client(territory["county"]).post(
            "/api/evidence/packages", json={"employer_id": str(employer), "reason": "行政处罚案卷移送"}
        )
        assert answer.status_code == 200, answer.text
        rows = await owner.fetch("select kind, subject_id::text, sha256, log_moment(at) as at from log_entries order by log_index")
        leaves = [leaf_hash(leaf_text(r["kind"], r["subject_id"], r["sha256"], r["at"])) for r in rows]
        private = private_key_in(settings.receipt_key)
        roots = [dict(r) for r in await owner.fetch("select day::text, tree_size, root_hash from log_roots order by tree_size, day")]
        files = files_of(answer.content)
        _made.append(Exported(files, {"phone": phone, "other": other}, ops, private, server_key.public_key, roots, leaves))
    yield _made[0]


@pytest.fixture
def forger(exported: Exported) -> Forger:
    """Somebody with a copy of the package."""
    return Forger(dict(exported.files), exported)


@pytest.fixture
def some_id() -> UUID:
    return uuid5(UUID(int=0), "nobody's")
