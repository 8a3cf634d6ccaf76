"""Employers that move by thousands: no trigger compares each as it was with each as it became.

PostgreSQL plans a trigger's statements once a connection, at the first call. That call is mostly about one employer, for which a loop
in a loop is cheapest; a border that moves 5,000 would then run 25 million comparisons in each trigger.
"""

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
from factories import WEST_NORTH_1, WEST_NORTH_2, Owner, Territory, make_employer

from wangge.cluster import ClusterUrls

TRANSITION = "Named Tuplestore Scan"
SAY_PLANS = """
    load 'auto_explain';
    set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set auto_explain.log_format = json;
    set client_min_messages = log;
"""


def scans(plan: dict[str, Any]) -> int:
    """How often a plan reads a transition table."""
    return (plan["Node Type"] == TRANSITION) + sum(scans(child) for child in plan.get("Plans", []))


def loops_in_loops(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Nested loops with a transition table on both sides."""
    children = plan.get("Plans", [])
    if plan["Node Type"] == "Nested Loop" and all(scans(child) for child in children):
        yield plan
    for child in children:
        yield from loops_in_loops(child)


async def test_moves_are_planned_for_any_number(owner: Owner, territory: Territory, database: ClusterUrls) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    connection = await asyncpg.connect(database.superuser)
    said: list[str] = []
    connection.add_log_listener(lambda _, message: said.append(message.message))
    try:
        await connection.execute(SAY_PLANS)
        await connection.execute(
            "update employers e set grid_id = g.id, grid_path = g.path from grids g where g.id = $2 and e.id = $1",
            employer, territory.grids[WEST_NORTH_2],
        )  # fmt: skip
    finally:
        await connection.close()
    plans = [json.loads(text[text.index("{") :]) for text in said if "plan:" in text]
    compared = [plan for plan in plans if scans(plan["Plan"]) >= 2]
    assert len(compared) >= 6, [plan["Query Text"] for plan in plans]
    assert [plan["Query Text"] for plan in plans if any(loops_in_loops(plan["Plan"]))] == []
