"""That row-level security leaves the indexes usable: a policy hides them from any operator that is not LEAKPROOF.

Sequential scans are made unattractive, so that a plan without the index means that the planner could not use it.
"""

import pytest
from factories import WEST, WEST_NORTH_1, Owner, Territory, make_employer, middle_of, today
from fixture_types import Acting
from sqlalchemy import text

from wangge.employers.service import ON_OPEN_STOP
from wangge.responsibility.repository import SURROUNDINGS

AROUND = "ST_MakeEnvelope(119, 36, 120, 37, 4326)"


@pytest.mark.parametrize("role", ["city", "county", "community"])
@pytest.mark.parametrize(
    ("condition", "index"),
    [
        (f"e.position && {AROUND}", "idx_employers_position"),
        (f"e.position && {AROUND} and ST_Covers({AROUND}, e.position)", "idx_employers_position"),
        (f"e.grid_path <@ '{WEST}'", "ix_employers_grid_path"),
        (f"(e.grid_path <@ '{WEST}' or e.grid_path <@ '{WEST_NORTH_1}')", "ix_employers_grid_path"),
        (f"(e.grid_path <@ '{WEST}' or {ON_OPEN_STOP})", "pk_employers"),
        ("e.uscc = '91370700TTTT000017'", "ix_employers_uscc"),
        ("e.grid_id = any(array['00000000-0000-7000-8000-000000000000'::uuid])", "ix_employers_"),
    ],
)
async def test_lists_and_tiles_find_employers_by_an_index(
    condition: str, index: str, role: str, owner: Owner, territory: Territory, acting: Acting
) -> None:
    await make_employer(owner, WEST_NORTH_1, position=middle_of(WEST_NORTH_1))

    async with acting(territory[role]) as (db, _):
        await db.execute(text("set local enable_seqscan = off"))
        await db.execute(text("set local enable_indexscan = off"))
        plan = "\n".join(await db.scalars(text(f"explain select id from employers e where {condition}")))

    assert f"Bitmap Index Scan on {index}" in plan, plan


@pytest.mark.parametrize("condition", [f"g.geom && {AROUND}", f"g.path <@ '{WEST}'"])
async def test_grids_are_found_by_an_index(condition: str, territory: Territory, acting: Acting) -> None:
    async with acting(territory["county"]) as (db, _):
        await db.execute(text("set local enable_seqscan = off"))
        plan = "\n".join(await db.scalars(text(f"explain select id from grids g where {condition}")))

    assert "Index Cond" in plan, plan


@pytest.mark.parametrize(
    "function", ["geometry_overlaps(geometry,geometry)", "ltree_risparent(ltree,ltree)", "ltree_isparent(ltree,ltree)"]
)
async def test_only_the_three_comparisons_we_looked_at_are_called_leakproof(function: str, owner: Owner) -> None:
    assert await owner.fetchval("select proleakproof from pg_proc where oid = $1::text::regprocedure", function) is True


async def test_no_function_that_answers_with_a_rows_content_is_called_leakproof(owner: Owner) -> None:
    found = await owner.fetch(
        """select p.oid::regprocedure::text from pg_proc p join pg_depend d on d.objid = p.oid and d.deptype = 'e'
           where p.proleakproof order by 1"""
    )

    assert [r[0] for r in found] == [
        "geometry_overlaps(geometry,geometry)", "ltree_isparent(ltree,ltree)", "ltree_risparent(ltree,ltree)",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["city", "county", "street", "community"])
async def test_responsibility_finds_its_facts_by_indexes(role: str, owner: Owner, territory: Territory, acting: Acting) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    grids = [str(territory.grids[path]) for path in (WEST, WEST_NORTH_1)]
    bound = {"grids": grids, "employer": employer, "matter": "patrol", "on": today()}

    async with acting(territory[role]) as (db, _):
        await db.execute(text("set local enable_seqscan = off"))
        plan = "\n".join(await db.scalars(text(f"explain {SURROUNDINGS}"), bound))

    for index in (
        "ix_entrustments_grid_id",
        "ix_entrustment_employers_employer_id",
        "ix_units_grid_id",
    ):
        assert index in plan, plan
