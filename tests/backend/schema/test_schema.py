"""What must hold of the schema as the migrations make it."""

import asyncpg
import pytest
from factories import BOXES, COMMUNITIES, Owner, Territory, make_grid
from sqlalchemy import Connection

import wangge.tables  # noqa: F401  (declares every table)
from wangge.cluster import ClusterUrls
from wangge.core.db import make_engine
from wangge.core.migrate import differences

# A column here has no spatial index, because nothing is ever looked for by it.
NOT_SEARCHED = {
    ("grids", "label"): "where a map writes the name; tiles and lists read it, none searches by it",
    ("grid_versions", "label"): "the same, as it was",
}


async def test_models_and_migrations_agree(database: ClusterUrls) -> None:
    engine = make_engine(database.owner, pool_size=1)

    def compare(connection: Connection) -> list[object]:
        return differences(connection)

    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()

    assert found == []


async def test_every_foreign_key_has_an_index(owner: Owner) -> None:
    without = await owner.fetch(
        """
        select c.conrelid::regclass::text || '.' || c.conname as name from pg_constraint c
        where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
            select from pg_index i where i.indrelid = c.conrelid
            -- one of the rows that have it at all is as good: a null refers to nothing
            and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)',
                (select a.attname from pg_attribute a where a.attrelid = c.conrelid and a.attnum = c.conkey[1])))
            and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
        """
    )

    assert [r["name"] for r in without] == []


async def test_every_geometry_has_an_srid_a_type_and_a_gist_index(owner: Owner) -> None:
    columns = await owner.fetch(
        "select f_table_name as t, f_geometry_column as c, srid, type from geometry_columns g where f_table_schema = 'public' "
        "and not exists (select from pg_views v where v.viewname = g.f_table_name)"
    )
    indexed = await owner.fetch(
        """
        select t.relname as t, a.attname as c from pg_index i
        join pg_class t on t.oid = i.indrelid join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
        join pg_attribute a on a.attrelid = t.oid and a.attnum = any(i.indkey)
        where m.amname = 'gist' and a.atttypid = 'geometry'::regtype
        """
    )

    assert columns
    assert {r["srid"] for r in columns} == {4326}
    assert "GEOMETRY" not in {r["type"] for r in columns}
    assert {(r["t"], r["c"]) for r in columns} - {(r["t"], r["c"]) for r in indexed} == set(NOT_SEARCHED)


async def test_every_constraint_is_named_for_what_it_says(owner: Owner) -> None:
    names = await owner.fetch(
        """select conname from pg_constraint where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'p', 'u')
           and conrelid <> 0 and conrelid::regclass::text not in ('spatial_ref_sys', 'alembic_version')"""
    )

    assert [r[0] for r in names if not r[0].startswith(("ck_", "fk_", "pk_", "uq_"))] == []


async def test_every_definer_function_fixes_its_search_path(owner: Owner) -> None:
    loose = await owner.fetch(
        """select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
           and p.proowner = 'wangge_owner'::regrole
           and not coalesce(p.proconfig::text like '%search_path=public, pg_temp%', false)"""
    )

    assert [r[0] for r in loose] == []


async def test_the_tests_territory_tiles_exactly(owner: Owner, territory: Territory) -> None:
    for level in (1, 2, 3):
        wrong = await owner.fetch(
            """select p.path from grids p join grids c on c.parent_id = p.id where p.level = $1
               group by p.id having not ST_Equals(p.geom, ST_Union(c.geom)) or sum(ST_Area(c.geom)) <> ST_Area(p.geom)""",
            level,
        )
        assert wrong == []
    assert len(COMMUNITIES) == 8
    assert len(BOXES) == 15


@pytest.mark.parametrize(
    ("wkt", "constraint"),
    [
        ("POLYGON((119 36,119.1 36.1,119.1 36,119 36.1,119 36))", "ck_grids_geom_valid"),
        ("POLYGON((119 36,119.1 36,119.1 36.1,119 36.1,119 36),(119.2 36.2,119.3 36.2,119.3 36.3,119.2 36.2))", "ck_grids_geom_valid"),
    ],
)
async def test_an_invalid_area_is_no_grid(wkt: str, constraint: str, owner: Owner) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await make_grid(owner, "370700", wkt=wkt)

    assert refused.value.constraint_name == constraint


async def test_a_code_is_used_once_at_a_time(owner: Owner, territory: Territory) -> None:
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await make_grid(owner, COMMUNITIES[0])

    assert refused.value.constraint_name == "uq_grids_code_current"
