"""Invented people for every role, and which grids they own."""

import random
from typing import Any

from .grids import City

FULLY_STAFFED = ("370702", "370705", "370783")  # 潍城, 奎文, 寿光
EMPTY_SHARE = 0.06  # of their community grids
OWNED_SHARE_ELSEWHERE = 0.6
SIZES = ((1, 0.35), (2, 0.35), (3, 0.20), (4, 0.10))

SURNAMES = "王李张刘陈杨赵孙马徐高郭于韩宋林郑唐冯董程曹袁邓许傅曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭邹"
FIRST = "建志秀文海晓春玉国永立明新红丽雪庆金凤振光瑞思雨嘉德传宝俊淑桂爱桐启"
SECOND = "华强英军梅平霞峰涛燕芳杰静斌敏超刚玲娜辉鹏丹磊洁宁琳波颖凯倩东娟勇慧明萍"


def build(city: City) -> list[dict[str, Any]]:
    """People in a fixed order: city, counties and zones, streets, community supervisors by grid.

    `unit_code` is the code of the grid whose office a person belongs to (a supervisor's: the first grid owned).
    `grid_codes` are the grids owned: a full-time inspector owns the county or zone, a part-time inspector the street, a
    legal supervisor one to four neighbouring communities of one street; staff, and the city's inspector, own none.
    """
    return _Registry().fill(city)


class _Registry:
    """Gives each new person a name and a number that nobody has yet."""

    def __init__(self) -> None:
        self.rng = random.Random("wangge-people")  # noqa: S311 - synthetic data, not secrets
        self.names: set[str] = set()
        self.people: list[dict[str, Any]] = []

    def fill(self, city: City) -> list[dict[str, Any]]:
        top = city.grids[1][0].code
        self.add(top, 1, "staff", "city")
        self.add(top, 2, "staff", "city")
        self.add(top, 3, "full_time_inspector", "city")
        for unit in city.grids[2]:
            self.add(unit.code, 1, "staff", "county")
            self.add(unit.code, 2, "full_time_inspector", "county", [unit.code])
        for street in city.grids[3]:
            self.add(street.code, 1, "part_time_inspector", "street", [street.code])
        unit_of = {s.code: s.parent_code for s in city.grids[3]}
        for unit in city.grids[2]:
            communities = [g.code for g in city.grids[4] if unit_of[g.parent_code or ""] == unit.code]
            for beat in self.beats(unit.code, communities, city.neighbours):
                self.add(beat[0], 1, "legal_supervisor", "community", beat)
        return self.people

    def beats(self, unit_code: str, communities: list[str], near: dict[str, list[str]]) -> list[list[str]]:
        """The owned community grids of a county or zone, cut into connected groups of one to four within a street."""
        share = 1 - EMPTY_SHARE if unit_code in FULLY_STAFFED else OWNED_SHARE_ELSEWHERE
        drawn = sorted(communities, key=lambda code: (random.Random(f"wangge-owned-{code}").random(), code))  # noqa: S311
        free = set(drawn[: round(share * len(communities))])
        found = []
        for code in communities:
            if code not in free:
                continue
            beat = [code]
            free.remove(code)
            for _ in range(self.size() - 1):
                reachable = sorted(n for owned in beat for n in near[owned] if n in free)
                if not reachable:
                    break
                beat.append(reachable[0])
                free.remove(reachable[0])
            found.append(sorted(beat))
        return found

    def size(self) -> int:
        draw = self.rng.random()
        for size, share in SIZES:
            draw -= share
            if draw < 0:
                return size
        return SIZES[0][0]

    def add(self, unit_code: str, serial: int, kind: str, role: str, grid_codes: list[str] | None = None) -> None:
        self.people.append(
            {
                "ref": f"{unit_code}-{serial}",
                "name": self.name(),
                "kind": kind,
                "role": role,
                "unit_code": unit_code,
                "grid_codes": grid_codes or [],
                # 164 is a number segment that no operator has been given.
                "phone": f"1640000{len(self.people) + 1:04d}",
            }
        )

    def name(self) -> str:
        while True:
            given = self.pick(SECOND) if self.rng.random() < 0.2 else self.pick(FIRST) + self.pick(SECOND)
            name = self.pick(SURNAMES) + given
            if name not in self.names and len(set(name)) == len(name):
                self.names.add(name)
                return name

    def pick(self, pool: str) -> str:
        return pool[int(self.rng.random() * len(pool))]
