"""Announcing notes in sound and picture, and thumbnails that travel ahead: what each must have, and what is too much of it."""

from typing import Any
from uuid import UUID

import pytest
from factories import WEST_NORTH_1, Owner, Territory, make_employer
from phones import NewPhone, announce, journal, visit

from wangge.core.ids import new_id

VISIT = {"copy": {"sha256": "c" * 64, "bytes": 4_000}, "original": None, "source": "recorder", "seconds": 12.5}


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    return await make_employer(owner, WEST_NORTH_1)


async def announced(phone_of: NewPhone, territory: Territory, employer: UUID, **more: Any) -> Any:
    """What becomes of something announced with its visit."""
    visit_id = new_id()
    op = announce(visit_id, employer, **more)
    outcomes = await phone_of(territory["community"]).push(visit(employer, entity_id=visit_id), op)
    assert outcomes[0]["outcome"] == "applied"
    return op, outcomes[1]


@pytest.mark.parametrize("media_type", ["audio/webm", "audio/mp4", "video/webm", "video/quicktime"])
async def test_a_note_is_expected_as_announced(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone, media_type: str
) -> None:
    op, outcome = await announced(phone_of, territory, employer, **VISIT | {"media_type": media_type})

    assert (outcome["outcome"], outcome["flags"]) == ("applied", [])
    row = await owner.fetchrow("select * from evidence where id = $1", op.entity_id)
    assert row is not None
    assert (row["medium"], row["media_type"], row["seconds"]) == (media_type.split("/")[0], media_type, 12.5)
    assert (row["copy_state"], row["original_state"], row["thumb_state"]) == ("expected", "none", "none")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"seconds": None}, "seconds"),
        ({"original": {"sha256": "d" * 64, "bytes": 1}}, "original"),
        ({"thumb": {"sha256": "d" * 64, "bytes": 1}}, "thumb"),
        ({"media_type": "image/jpeg"}, "original"),
        ({"media_type": "audio/amr"}, "media_type"),
        ({"seconds": 0}, "seconds"),
    ],
)
async def test_what_is_no_note_is_kept_and_the_field_named(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone, more: dict[str, Any], field: str
) -> None:
    op, outcome = await announced(phone_of, territory, employer, **VISIT | {"media_type": "audio/webm"} | more)

    assert outcome["outcome"] == "quarantined"
    assert any(error["field"].endswith(field) for error in outcome["problem"]["errors"])
    assert [line["body"] for line in await journal(owner, op)] == [op.body]


async def test_a_note_over_the_limit_of_its_medium_is_kept(territory: Territory, employer: UUID, phone_of: NewPhone) -> None:
    large = {"copy": {"sha256": "c" * 64, "bytes": 10_485_761}}
    _, audio = await announced(phone_of, territory, employer, **VISIT | large | {"media_type": "audio/webm"})
    assert (audio["outcome"], audio["problem"]["type"], audio["problem"]["max_bytes"]) == ("quarantined", "note_too_large", 10_485_760)
    _, video = await announced(phone_of, territory, employer, **VISIT | large | {"media_type": "video/webm"})
    assert video["outcome"] == "applied"


async def test_a_note_that_is_too_long_is_taken_and_flagged(territory: Territory, employer: UUID, phone_of: NewPhone) -> None:
    _, long = await announced(phone_of, territory, employer, **VISIT | {"media_type": "video/mp4", "seconds": 61.5})
    assert (long["outcome"], "note_too_long" in long["flags"]) == ("applied", True)
    _, just = await announced(phone_of, territory, employer, **VISIT | {"media_type": "video/mp4", "seconds": 60.9})
    assert "note_too_long" not in just["flags"]


async def test_a_photo_may_announce_a_thumbnail(owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone) -> None:
    op, outcome = await announced(phone_of, territory, employer, thumb={"sha256": "e" * 64, "bytes": 9_000})
    assert outcome["outcome"] == "applied"
    assert await owner.fetchval("select thumb_state from evidence where id = $1", op.entity_id) == "expected"
    _, large = await announced(phone_of, territory, employer, thumb={"sha256": "e" * 64, "bytes": 200_000})
    assert (large["outcome"], large["problem"]["type"]) == ("quarantined", "photo_too_large")
