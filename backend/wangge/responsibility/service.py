"""Answering who is responsible."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.responsibility import repository
from wangge.responsibility.facts import Facts
from wangge.responsibility.rules import who_is_responsible
from wangge.responsibility.schemas import Responsibility


def _question_problems(lon: float | None, lat: float | None, employer_id: UUID | None) -> list[FieldProblem]:
    if (employer_id is None) == (lon is None and lat is None) or (lon is None) != (lat is None):
        zh, en = (
            "请给出一个位置（lon 和 lat），或一家单位（employer_id），二者选一。",
            "Give either a place (lon and lat) or an employer_id.",
        )
        return [FieldProblem("employer_id", "one_of_two", zh, en)]
    if lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return [FieldProblem("lon", "not_on_earth", "经纬度超出范围。", "No such place on earth.")]
    return []


async def responsibility(
    db: AsyncSession, actor: Actor, lon: float | None, lat: float | None, employer_id: UUID | None, matter: str, on: date | None
) -> Responsibility:
    """Who is competent, acts and assists in a matter, at a place or for an employer, on a day (today).

    ``lon``, ``lat`` are degrees, EPSG:4326. A place outside the city or outside one's scope is answered as such.

    Raises:
        InvalidInput: neither or both of place and employer; no such matter on that day.
        NotFound: the employer is not in one's scope.
    """
    actor.require("responsibility.read")
    on = on or china_day(utc_now())
    problems = _question_problems(lon, lat, employer_id)
    found = await repository.matter_on(db, matter, on)
    if found is None:
        zh = f"当天没有这个事项：{matter}" if matter else "请选择事项。"
        en = f"No such matter on that day: {matter}" if matter else "Choose a matter."
        problems.append(FieldProblem("matter", "unknown_value", zh, en))
    if problems:
        raise InvalidInput(problems)
    facts: dict[str, Any] = {"matter": found, "on": on, "place": "found"}
    if employer_id is not None:
        employer = await repository.of_employer(db, employer_id, on)
        if employer is None:
            raise NotFound()
        facts |= employer
    elif lon is not None and lat is not None:
        spot = await repository.at_point(db, lon, lat, on)
        facts["grids"] = spot["grids"]
        if not spot["grids"]:
            facts["place"] = "outside_scope" if spot["path"] else "outside_city"
    if facts["place"] == "found":
        facts |= await repository.surroundings(db, [g["id"] for g in facts["grids"]], employer_id, matter, on)
    return who_is_responsible(msgspec.convert(facts, Facts))
