"""Employers and what registries would write of them, with the truth known: typos, moves, renamings, other suffixes, repetitions."""

import random
from dataclasses import dataclass

from stdnum.cn import uscc

BRANDS = [
    "鑫源",
    "恒达",
    "华盛",
    "永昌",
    "瑞丰",
    "金鼎",
    "宏图",
    "东方",
    "海润",
    "泰和",
    "正大",
    "新源",
    "佳和",
    "盛泰",
    "天成",
    "百川",
    "德润",
    "富康",
    "万通",
    "龙腾",
    "凯旋",
    "润泽",
    "祥云",
    "顺达",
    "广源",
    "昌隆",
    "中兴",
    "博远",
    "科锐",
    "星辰",
]
TRADES = [
    "机械制造",
    "机械加工",
    "食品",
    "化工",
    "纺织",
    "建材",
    "物流",
    "餐饮",
    "商贸",
    "电子科技",
    "农业科技",
    "包装",
    "印刷",
    "服装",
    "家具",
    "汽车销售",
    "装饰工程",
    "劳务服务",
    "超市",
    "饭店",
]
FORMS = ["有限公司", "有限责任公司", "股份有限公司", "厂", "经营部", "店", ""]
ROADS = [
    "北海路",
    "东风东街",
    "胜利东街",
    "福寿街",
    "健康街",
    "四平路",
    "和平路",
    "虞河路",
    "潍州路",
    "文化路",
]
SOUNDS = {
    "鑫": "新",
    "源": "原",
    "恒": "衡",
    "达": "大",
    "华": "花",
    "盛": "胜",
    "瑞": "锐",
    "丰": "峰",
    "金": "今",
    "宏": "洪",
    "海": "亥",
    "泰": "太",
    "和": "合",
    "成": "诚",
}
DIVISIONS = ["370702", "370703", "370705", "370781"]


@dataclass
class Shop:
    """An employer as its file has it."""

    name: str
    code: str | None
    address: str
    phone: str
    position: tuple[float, float]


@dataclass
class Line:
    """A registry's row; ``of`` is the shop that it is, None for one without a file."""

    name: str
    code: str | None
    address: str
    phone: str
    position: tuple[float, float] | None
    of: int | None
    how: str


def a_code(chance: random.Random) -> str:
    """A credit code with its check digit."""
    body = "91" + chance.choice(DIVISIONS) + "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
    return body + uscc.calc_check_digit(body)


def shops(count: int, chance: random.Random, box: tuple[float, float, float, float]) -> list[Shop]:
    """Employers of a county; a fifth have no code on file, many share brands and trades."""
    west, south, east, north = box
    made = []
    for _ in range(count):
        name = f"{chance.choice(['潍坊', '潍坊市', '', '山东'])}{chance.choice(BRANDS)}{chance.choice(TRADES)}{chance.choice(FORMS)}"
        made.append(
            Shop(
                name,
                a_code(chance) if chance.random() < 0.8 else None,
                f"{chance.choice(ROADS)}{chance.randint(1, 900)}号",
                f"139{chance.randint(0, 99_999_999):08d}" if chance.random() < 0.7 else "",
                (chance.uniform(west, east), chance.uniform(south, north)),
            )
        )
    return made


def lines(files: list[Shop], chance: random.Random) -> list[Line]:
    """What a registry writes: for most files a row that differs in one way or two, and rows of employers that have no file."""
    made = []
    for n, shop in enumerate(files):
        if chance.random() < 0.2:
            continue
        name, code, address, phone = shop.name, shop.code or (a_code(chance) if chance.random() < 0.5 else None), shop.address, shop.phone
        how = chance.choice(["as it is", "suffix", "typo", "sounds", "moved", "renamed", "no code", "width", "address written otherwise"])
        match how:
            case "suffix":
                name = name.replace("有限责任公司", "有限公司") if "有限责任" in name else name.replace("有限公司", "有限责任公司")
            case "typo":
                at = chance.randrange(2, len(name) - 1)
                name = name[:at] + chance.choice("大小中新安平") + name[at + 1 :]
            case "sounds":
                name = "".join(SOUNDS.get(sign, sign) for sign in name)
            case "moved":
                address = f"{chance.choice(ROADS)}{chance.randint(1, 900)}号"
            case "renamed":
                name = f"潍坊{chance.choice(BRANDS)}{chance.choice(TRADES)}有限公司"
            case "no code":
                code = None
            case "width":
                name = name.replace("有限公司", "（潍坊）有限公司")
                address = address.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"})
            case "address written otherwise":
                address = f"潍坊市潍城区{address.replace('号', ' 号')}"
        lon, lat = shop.position
        near = (lon + chance.gauss(0, 0.0004), lat + chance.gauss(0, 0.0003)) if chance.random() < 0.4 else None
        made.append(Line(name, code, address, phone if chance.random() < 0.8 else "", near, n, how))
    for _ in range(len(files) // 3):
        (other,) = shops(1, chance, (119.0, 36.5, 119.4, 36.9))
        made.append(
            Line(other.name, other.code, other.address, other.phone, other.position if chance.random() < 0.4 else None, None, "no file")
        )
    # the owner of a shop opens a second one beside it: alike in all but the code
    for shop in chance.sample(files, len(files) // 40):
        made.append(
            Line(
                shop.name.replace("有限", "二厂有限") if "有限" in shop.name else shop.name + "二部",
                a_code(chance),
                shop.address,
                shop.phone,
                shop.position,
                None,
                "second shop",
            )
        )
    chance.shuffle(made)
    return made
