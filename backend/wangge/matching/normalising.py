"""Names and addresses as they are compared: one writing, without what differs for no reason.

``潍坊市鑫源機械製造有限責任公司（青州分公司）`` and ``鑫源机械制造有限公司青州分公司`` are the same name. Pure; the same on both sides.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import opencc

# Characters are read one by one: the readings of phrases would be a third of a second of every start, and 44 MB.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, pinyin

PROVINCES = (
    "北京",
    "天津",
    "上海",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
)
_LEGAL_FORM = re.compile(
    r"(集团)?(股份|责任|控股)*(有限责任|有限|责任|股份)*公司$"
    r"|\((普通合伙|有限合伙|特殊普通合伙|个人独资|个体工商户)\)$|集团$"
)
_BRANCH = re.compile(r"^(?P<main>.{2,}?公司)(?P<branch>.{0,20}?(分公司|分店|分厂|营业部|办事处|项目部|门店))$")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_NOT_SAID = re.compile(r"[^0-9A-Z一-鿿]+")
_DIVISION = re.compile(
    r"^(?:[一-鿿]{2,8}?(?:省|自治区))?(?:[一-鿿]{2,4}?市)*"
    r"(?:[一-鿿]{2,6}?(?:开发区|新区|保税区|[区县]))?(?:[一-鿿]{2,6}?(?:街道办事处|街道|镇|乡))?"
)
_NUMBER = re.compile(r"(?:号楼|号院|号|栋|幢|座|单元|室|楼|层|NO)")
_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_LEVELS = "省市区县"


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character and its simplified one; one by one, for both sides of a comparison are read so."""
    convert = opencc.OpenCC("t2s").convert
    signs = "".join(map(chr, range(0x4E00, 0xA000)))
    return {ord(old): new for old, new in zip(signs, convert("\n".join(signs)).split("\n"), strict=True) if old != new}


@cache
def _reading(sign: str) -> str:
    """The first reading of one character, without its tone; a name is read character by character, so both sides agree."""
    return pinyin(sign, style=Style.NORMAL)[0][0] if "一" <= sign <= "鿿" else sign.lower()


def plain(text: str) -> str:
    """Half-width, simplified, upper case."""
    return unicodedata.normalize("NFKC", text).translate(_simplified()).upper()


@dataclass(frozen=True)
class Keys:
    """What is compared: ``core`` the name without place, legal form and branch; ``name_key`` core and branch; ``place`` the
    county that the name begins with; ``blocks`` what two records must share one of."""

    name_key: str
    core: str
    pinyin: str
    place: str
    address_key: str
    phone: str
    blocks: tuple[str, ...]


class Normaliser:
    """Knows the deployment's own places, which names and addresses begin with.

    Args:
        cities: Names of the city itself (``潍坊市``); they say nothing.
        counties: Names of its counties and zones (``青州市``); they tell two firms of one name apart.
    """

    def __init__(self, cities: Iterable[str] = (), counties: Iterable[str] = ()) -> None:
        self._counties = {_bare(name): _bare(name) for name in counties if len(_bare(name)) >= 2}
        silent = {*PROVINCES, *(_bare(name) for name in cities)}
        self.places = sorted({*silent, *self._counties}, key=lambda name: (-len(name), name))
        """What names and addresses begin with and what says nothing of a firm, the longest first."""
        self._place = re.compile("^(?:中国)?(" + "|".join(map(re.escape, self.places)) + f")(?:[{_LEVELS}](?!.{{0,1}}$))?")

    def name(self, name: str) -> tuple[str, str, str]:
        """Core, branch and county of a name."""
        text = plain(name).replace(" ", "")
        county = ""
        branch = ""
        for inner in _BRACKETS.findall(text):  # a place, or a branch, in brackets
            if inner.endswith(("分公司", "分店", "分厂")):
                text, branch = text.replace(f"({inner})", ""), inner
            elif self._place.fullmatch(inner):
                text = text.replace(f"({inner})", "")
                county = county or self._counties.get(_bare(inner), "")
        found = _BRANCH.match(text)
        if found:
            text, branch = found["main"], found["branch"]
        while place := self._place.match(text):
            if len(text) - place.end() < 2:
                break
            county = self._counties.get(place[1], county)
            text = text[place.end() :]
        core = text
        while len(shorter := _LEGAL_FORM.sub("", core)) >= 2 and shorter != core:
            core = shorter
        return _NOT_SAID.sub("", core), _NOT_SAID.sub("", branch), county

    def address(self, address: str) -> str:
        """An address below the street's name: road and number, place and floor, without signs and words for them."""
        text = plain(address).replace(" ", "")
        while place := self._place.match(text):
            if place.end() >= len(text):
                break
            text = text[place.end() :]
        rest = _DIVISION.sub("", text, count=1)
        text = rest if len(rest) >= 3 else text
        text = re.sub(r"[零〇一二三四五六七八九]+(?=号)", lambda n: n[0].translate(_DIGITS), text)
        return _NOT_SAID.sub("", _NUMBER.sub("-", text).replace("-", "Z")).rstrip("Z").replace("Z", "-")

    def keys(self, name: str, address: str = "", phone: str = "") -> Keys:
        """All keys of one record."""
        core, branch, county = self.name(name)
        readings = [_reading(sign) for sign in core]
        address_key, digits = self.address(address), re.sub(r"\D", "", phone)[-11:]
        return Keys(f"{core}|{branch}", core, " ".join(readings), county, address_key, digits, _blocks(readings, address_key, digits))


def _bare(name: str) -> str:
    text = plain(name)
    for end in ("高新技术产业开发区", "经济技术开发区", "经济开发区", "开发区", "新区"):
        if text.endswith(end) and len(text) > len(end) + 1:
            return text.removesuffix(end)
    return text[:-1] if len(text) > 2 and text[-1] in _LEVELS else text


def _blocks(readings: list[str], address_key: str, phone: str) -> tuple[str, ...]:
    """One wrong, missing or additional character leaves at least one of the name's blocks as it was."""
    found = set()
    if len(readings) >= 4:
        a, b, c, d = readings[:4]
        found |= {f"n:{a}.{b}.{c}", f"n:{b}.{c}.{d}", f"s:{a}.{b}.{d}", f"s:{a}.{c}.{d}"}
    elif readings:
        found.add("n:" + ".".join(readings))
        found |= {f"p:{x}.{y}" for x, y in pairwise(readings)}
    if len(address_key) >= 4 and any(sign.isdigit() for sign in address_key):
        found.add(f"a:{address_key}")
    if len(phone) >= 7:
        found.add(f"t:{phone}")
    return tuple(sorted(found))
