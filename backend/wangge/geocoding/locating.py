"""Giving the register's addresses their points, a few at a time and within the day's allowance, where the deployment has a geocoder."""

from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import driver, unit_of_work
from wangge.geocoding.tianditu import GeocoderDown, Tianditu
from wangge.policies.service import policies_in_force

log = structlog.get_logger()
AT_ONCE = 20


async def locate_some(engine: AsyncEngine, geocoder: Tianditu, size: int = AT_ONCE) -> int:
    """Ask for some addresses; returns how many were asked for.

    A point that the geocoder itself is not sure of, or outside of the list's own area, is not taken: those are set by hand.

    Raises:
        GeocoderDown: nothing was lost; the addresses are asked for again.
    """
    async with unit_of_work(engine) as db:
        # one transaction: when the geocoder is down, nothing counts as asked
        connection = await driver(db)
        rows: list[Any] = await connection.fetch("select id, address from registry_rows_to_geocode($1)", size)
        least = float((await policies_in_force(db))["geocode_score_min"])
        found = [(row["id"], await geocoder.locate(row["address"])) for row in rows]
        sure = [(row_id, place) for row_id, place in found if place is not None and place.score >= least]
        if sure:
            await connection.execute(
                "select keep_geocoded($1, $2, $3)", [one for one, _ in sure], [p.lon for _, p in sure], [p.lat for _, p in sure]
            )
    return len(rows)


async def locate_all_due(engine: AsyncEngine, geocoder: Tianditu) -> None:
    """Every address that is due and allowed today; a geocoder that is down is left alone until the next round."""
    try:
        while await locate_some(engine, geocoder):
            pass
    except GeocoderDown as exc:
        log.warning("geocoder_down", why=str(exc))
