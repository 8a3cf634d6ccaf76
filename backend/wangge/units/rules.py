"""What must hold of a unit, decided without the database."""

from collections.abc import Mapping

LEVEL_OF_KIND = {"command_centre": 1, "county": 2, "zone": 2, "street": 3, "community": 4}
# What keeps a unit open, in the order in which a clerk clears it away.
HANGING: tuple[tuple[str, str, str], ...] = (
    ("units", "{} 个下级机构", "{} unit(s) below it"),
    ("people", "{} 名人员", "{} people"),
    ("duties", "{} 项未到期的责任", "{} duties not ended"),
    ("entrustments", "{} 项未结束的委托", "{} entrustments not ended"),
)


def kind_suits_level(kind: str, level: int) -> bool:
    """Whether a unit of this kind belongs to a grid of this level (1 city to 4 community)."""
    return LEVEL_OF_KIND[kind] == level


def what_hangs_on(counts: Mapping[str, int]) -> tuple[str, str] | None:
    """What keeps a unit from closing, in Chinese and in English; None when nothing does."""
    left = [(zh.format(counts[key]), en.format(counts[key])) for key, zh, en in HANGING if counts.get(key)]
    return ("、".join(zh for zh, _ in left), ", ".join(en for _, en in left)) if left else None
