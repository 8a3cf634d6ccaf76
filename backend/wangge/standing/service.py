"""Reading how an employer stands, and the rules that it follows from."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import NotFound
from wangge.key_list import repository as key_list
from wangge.ratings import repository as ratings
from wangge.signals import repository as signals
from wangge.standing.schemas import EmployerStanding, StandingRules

EMPLOYER = """
    select e.grade, e.on_key_list, visit_interval_days(e.grade, e.on_key_list, china_today()) as visit_interval_days
    from employers e where e.id = :id
"""


async def employer_standing(db: AsyncSession, actor: Actor, employer_id: UUID) -> EmployerStanding:
    """An employer's grade, entries on the key list, ratings and signals, with what follows from them today.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("key_list.read")
    row = (await db.execute(text(EMPLOYER), {"id": employer_id})).mappings().first()
    if row is None:
        raise NotFound()
    return msgspec.convert(
        {
            **row,
            "employer_id": employer_id,
            "caps": [c for c in await ratings.caps(db) if c["grade"] == row["grade"]],
            "key_list": await key_list.of_employer(db, employer_id),
            "ratings": await ratings.of_employer(db, employer_id),
            "signals": await signals.of_employer(db, employer_id),
        },
        EmployerStanding,
    )


async def standing_rules(db: AsyncSession, actor: Actor) -> StandingRules:
    """What signals can say, the criteria of the key list, the scale and the caps, as they stand today."""
    actor.require("key_list.read")
    return msgspec.convert(
        {
            "signal_kinds": await signals.kinds(db),
            "aspects": await signals.aspects(db),
            "key_list_rules": await key_list.rules(db),
            "scale": await ratings.scale(db),
            "caps": await ratings.caps(db),
        },
        StandingRules,
    )
