"""3,000 invented employers: the source table with codes, addresses and contacts, and a few that no grid can hold."""

import random
from typing import Any

from shapely import STRtree
from shapely.geometry import Point

from . import sources, uscc
from .grids import City, Grid

COLUMNS = (
    "id",
    "name",
    "uscc",
    "industry_code",
    "industry_name",
    "lon",
    "lat",
    "employees",
    "cluster",
    "address",
    "contact_name",
    "contact_phone",
    "oddity",
)

# Wrong positions as they happen in real files: out in Laizhou Bay, or in a neighbouring city.
AT_SEA = ((119.05, 37.42), (119.18, 37.47), (119.27, 37.38), (119.36, 37.44), (119.44, 37.52), (119.58, 37.36))
NEXT_DOOR = (
    (118.05, 36.81),  # Zibo
    (118.49, 37.46),  # Dongying
    (118.35, 35.60),  # Linyi
    (119.45, 35.52),  # Rizhao
    (120.33, 36.28),  # Qingdao
    (120.18, 37.12),  # Yantai
)
WITHOUT_POSITION = 12

ROADS = {
    "park": ("工业一路", "工业二路", "创业路", "开发大街", "科技街", "园区东路", "园区西路", "兴业街"),
    "town": ("文化路", "人民路", "建设街", "府前街", "商业街", "健康路", "新华路", "和平街", "向阳路", "青年路"),
}
SURNAMES = "王李张刘陈杨赵孙马徐高郭于韩宋林郑唐冯董程曹袁邓许傅曾彭吕苏"
MANNERS = ("经理", "主任", "女士", "先生", "会计")


def build(city: City) -> list[dict[str, str]]:
    """One row for each employer, in the order of the source table; `lon` and `lat` are WGS84 degrees or empty."""
    communities = city.grids[4]
    streets = {g.code: g for g in city.grids[3]}
    units = {g.code: g for g in city.grids[2]}
    tree = STRtree([g.geom for g in communities])
    given = sources.rows("weifang_employers_synthetic.csv")
    odd = _oddities(len(given))
    out = []
    for i, row in enumerate(given):
        rng = random.Random(f"wangge-employer-{row['id']}")  # noqa: S311 - synthetic data, not secrets
        point = Point(float(row["lon"]), float(row["lat"]))
        at = sorted(tree.query(point, predicate="intersects").tolist())
        cell = communities[at[0] if at else int(tree.nearest(point))]
        street = streets[cell.parent_code or ""]
        # Two points of the source lie just outside the city; like the moved ones they stay so, and say so.
        oddity, position = odd.get(i, ("" if at else "outside_city", (row["lon"], row["lat"])))
        out.append(
            {
                "id": row["id"],
                "name": row["name"],
                "uscc": uscc.invented(row["county_code"][:6], int(row["id"][1:])),
                "industry_code": row["industry_code"],
                "industry_name": row["industry_name"],
                "lon": position[0],
                "lat": position[1],
                "employees": row["employees"],
                "cluster": row["cluster"],
                "address": _address(units[street.parent_code or ""], street, cell, row["cluster"], rng),
                "contact_name": _pick(SURNAMES, rng) + _pick(MANNERS, rng),
                # Seven digits after Weifang's 0536 never begin with 0, the trunk prefix.
                "contact_phone": f"0536-0{int(row['id'][1:]):06d}",
                "oddity": oddity,
            }
        )
    return out


def _oddities(count: int) -> dict[int, tuple[str, tuple[str, str]]]:
    wrong: list[tuple[str, tuple[str, str]]] = []
    wrong += [("outside_city", (str(lon), str(lat))) for lon, lat in (*AT_SEA, *NEXT_DOOR)]
    wrong += [("no_position", ("", ""))] * WITHOUT_POSITION
    step = count // len(wrong)
    return {step // 2 + k * step: w for k, w in enumerate(wrong)}


def _address(unit: Grid, street: Grid, cell: Grid, cluster: str, rng: random.Random) -> str:
    place = f"山东省潍坊市{unit.name.removeprefix('潍坊')}{street.name}"
    number = 1 + int(rng.random() * 298)
    if cluster == "village":
        return f"{place}{village_stem(cell.name)}{number}号"
    return f"{place}{_pick(ROADS[cluster], rng)}{number}号"


def village_stem(name: str) -> str:
    """The place in a committee's name: 郭家庄 for 郭家庄居委会, 韩家村 for 韩家村村民委员会."""
    for ending in ("村民委员会", "居民委员会", "村委会", "居委会"):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return stem + "村" if ending.startswith("村") and not stem.endswith(("村", "社区")) else stem
    return name


def _pick(pool: Any, rng: random.Random) -> str:
    return str(pool[int(rng.random() * len(pool))])
