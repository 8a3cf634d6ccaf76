"""The cached databases: the demo city, and the demo city with a million employers."""

from math import asinh, pi, radians, tan
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, connected
from wangge.cluster import ClusterUrls
from wangge.core.migrate import upgrade
from wangge.demo.loading import load_demo

EMPLOYERS = 1_000_000


def tile_around(zoom: int, lon: float, lat: float) -> tuple[int, int]:
    """Column and row of the web Mercator tile in which a point (EPSG:4326, degrees) lies; OGC 17-083r2, WebMercatorQuad."""
    return int((lon + 180) / 360 * 2**zoom), int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom)


async def _fill_demo(urls: ClusterUrls, data_dir: Path) -> None:
    await upgrade(urls.owner)
    await load_demo(urls.owner, data_dir, lambda _: None)


async def demo_city(bench: Bench) -> tuple[ClusterUrls, Path]:
    """Weifang with its 7,198 grids, 3,000 employers and a week of work, as ``scripts/run`` loads it."""
    return await bench.cached_database("bench_demo", [], _fill_demo)


# How many employers a community grid gets: as many times its share as the demo city has employers a community in its street
# (industrial streets have ten times more than villages), varied between neighbours; the points lie anywhere inside it.
SPREAD = """
    insert into employers (id, name, uscc, address, contact_name, contact_phone, industry_code, employees, position, accuracy_m,
                           position_source, grid_id, grid_path, grid_source, review_state, review_reason, note, version,
                           last_visited_at, grade, on_key_list, is_complete, visit_due_on)
    with streets as materialized (
        select s.path, (select count(*) from employers e where e.grid_path <@ s.path)::float8 + 1 as employers,
               (select count(*) from grids c where c.path <@ s.path and c.level = 4)::float8 as communities
        from grids s where s.level = 3
    ),
    weighed as (
        select g.id, g.path, g.geom, g.code, s.employers / s.communities * (0.4 + 1.2 * (hashtext(g.code) & 1023) / 1023.0) as weight
        from grids g join streets s on g.path <@ s.path where g.level = 4
    ),
    counted as (
        select *, round(weight / sum(weight) over () * $1)::int as n, row_number() over (order by code)::int as seed from weighed
    ),
    standing as materialized (
        select grade, is_listed, visit_interval_days(grade, is_listed, china_today()) as days
        from unnest(array['A', 'B', 'C', null]) grade cross join (values (true), (false)) v(is_listed)
    ),
    points as (
        select c.id as grid_id, c.path, (d).geom as position, (hashtextextended(c.code, (d).path[1]) & 1048575)::int as r
        from counted c cross join lateral (select ST_Dump(ST_GeneratePoints(c.geom, c.n, c.seed)) as d) p
        where c.n > 0
    )
    select gen_random_uuid(),
           (array['潍坊', '鲁东', '渤海', '沂山', '白浪河', '齐鲁', '安顺', '恒通', '金鼎', '华新'])[1 + r % 10]
             || chr(19968 + r % 5000) || chr(19968 + r / 7 % 5000)
             || (array['机械', '纺织', '食品', '建材', '物流', '餐饮', '商贸', '化工', '农业', '电子', '汽车维修'])[1 + r % 11]
             || (array['有限公司', '厂', '店', '合作社', '经营部'])[1 + r % 5],
           null, '山东省潍坊市测试路' || r % 900 || '号', '王女士', '0536-' || lpad((r % 10000000)::text, 7, '0'),
           lpad((1000 + r % 8000)::text, 4, '0'), 1 + r % 200, position, 30, 'map', grid_id, path, 'position',
           case when r % 100 = 0 then 'waiting_review' else 'accepted' end, '', '', 1,
           case when r % 20 < 11 then now() - make_interval(hours => r % 9000) end, (array['A', 'B', 'C', null])[1 + r / 20 % 4],
           r % 97 = 0, r % 4 > 0,
           case when r % 20 < 11 then (now() - make_interval(hours => r % 9000))::date + days end
    from points
    join standing s on s.grade is not distinct from (array['A', 'B', 'C', null])[1 + r / 20 % 4] and s.is_listed = (r % 97 = 0)
"""


async def _fill_million(urls: ClusterUrls, data_dir: Path) -> None:
    await _fill_demo(urls, data_dir)
    async with connected(urls.owner) as owner:
        await owner.execute("set maintenance_work_mem = '512MB'; set synchronous_commit = off")
        indexes = await owner.fetch(
            "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made_by from pg_index "
            "where indrelid = 'employers'::regclass and not indisprimary"
        )
        keys = await owner.fetch(
            "select conname as name, pg_get_constraintdef(oid) as made_by from pg_constraint "
            "where conrelid = 'employers'::regclass and contype = 'f'"
        )
        await owner.execute("analyze")
        await owner.execute("alter table employers disable trigger user")
        for key in keys:
            await owner.execute(f'alter table employers drop constraint "{key["name"]}"')
        for index in indexes:
            await owner.execute(f"drop index {index['name']}")
        await owner.execute(SPREAD, EMPLOYERS)
        for index in indexes:
            await owner.execute(index["made_by"])
        for key in keys:
            await owner.execute(f'alter table employers add constraint "{key["name"]}" {key["made_by"]}')
        await owner.execute("alter table employers enable trigger user")
        await owner.execute("vacuum (analyze) employers")
        await owner.execute("insert into coverage_due (grid_id) select id from grids where valid_to is null")
        while await owner.fetchval("select keep_coverage(500)"):
            pass  # the triggers were off: every grid is counted
        await owner.execute("vacuum (analyze) grid_coverage")
        await owner.execute("analyze")


async def million_city(bench: Bench) -> tuple[ClusterUrls, Path]:
    """The demo city with a million more employers, spread over its community grids; not to be written to."""
    return await bench.cached_database("bench_million", [Path(__file__)], _fill_million)


async def give_employers(owner: Any, login: str, count: int) -> None:
    """Put ``count`` more employers into the grids that this person answers for; their note is 'bench'."""
    await owner.execute(
        """
        insert into employers (id, name, uscc, address, contact_name, contact_phone, employees, position, accuracy_m, position_source,
                               grid_id, grid_path, grid_source, review_state, review_reason, note, version)
        select gen_random_uuid(),
               (array['鲁东', '渤海', '沂山', '白浪河', '齐鲁', '安顺', '恒通', '金鼎', '华新', '潍坊'])[1 + n % 10]
                 || (array['机械', '纺织', '食品', '建材', '物流', '餐饮', '商贸', '化工', '农业', '电子', '汽车维修'])[1 + n % 11]
                 || (array['有限公司', '厂', '店', '合作社', '经营部'])[1 + n / 7 % 5] || n,
               null, '山东省潍坊市测试路' || n % 900 || '号', '王女士', '0536-' || lpad(n::text, 7, '0'), 1 + n % 200, position, 30,
               'map', id, path, 'position', 'accepted', '', 'bench', 1
        from (
            select row_number() over (order by (d).path[1], g.code)::int as n, g.id, g.path, (d).geom as position
            from (select id, path, geom, code, count(*) over () as grids from grids
                  where id in (select grid_id from duties where person_id = (select person_id from accounts where login = $1))) g
            cross join lateral (select ST_Dump(ST_GeneratePoints(g.geom, ceil($2::int / g.grids::float8)::int, 7)) as d) p
        ) points
        where n <= $2
        """,
        login,
        count,
    )
