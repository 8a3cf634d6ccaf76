"""The tests' territory as the notice divides it: the west is central (city-run), the east holds its own power."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from factories import ALL_POWERS, CITY, EAST, MATTERS, WEST, Owner, Territory, make_own_power, today

from wangge.core.ids import new_id


async def give_powers(owner: Owner, territory: Territory) -> None:
    """The city and the east hold every matter by law; the west holds none."""
    await make_own_power(owner, territory.units[CITY])
    await make_own_power(owner, territory.units[EAST])


def written(territory: Territory, principal: str, agent: str, **more: Any) -> dict[str, Any]:
    """An entrustment of the agent's whole territory, published, as a desk sends it."""
    body = {
        "id": str(new_id()), "principal_id": str(territory.units[principal]), "agent_id": str(territory.units[agent]),
        "matters": list(MATTERS), "powers": ["collect", "patrol"], "reach": "area", "grid_id": str(territory.grids[agent]),
        "valid_from": today().isoformat(), "valid_to": (today() + timedelta(days=364)).isoformat(), "document_name": "委托书",
        "document_number": "潍人社委〔2026〕8号", "published_on": today().isoformat(), "published_where": "市人社局网站",
    }  # fmt: skip
    return body | more


def by_name(territory: Territory, principal: str, agent: str, employers: list[UUID], **more: Any) -> dict[str, Any]:
    """The same over a list of employers."""
    names = {"reach": "employers", "grid_id": None, "employer_ids": [str(e) for e in employers], **more}
    return written(territory, principal, agent, **names)


EVERYTHING = list(ALL_POWERS)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
__all__ = ["EVERYTHING", "PDF", "WEST", "by_name", "give_powers", "written"]
