"""Why a change of the grids cannot be made: one sentence each, with the field and the place on the map."""

from typing import Any

from shapely.geometry.base import BaseGeometry

from wangge.core.errors import FieldProblem


class Refused(Exception):
    """The change cannot be made as drawn; ``place`` is where, when there is a where, ``faults`` the largest where there are many."""

    def __init__(self, field: str, code: str, zh: str, en: str, place: BaseGeometry | None = None) -> None:
        self.problem = FieldProblem(field, code, zh, en)
        self.place = place
        self.faults: list[dict[str, Any]] = []
        self.faults_total = 0
        super().__init__(code)


def unknown_grid(field: str) -> Refused:
    """A grid that is not there, not current, or out of scope."""
    return Refused(field, "grid_unknown", "找不到这个网格，或它不在您可调整的范围内。", "No such grid, or it is not yours to change.")


def not_siblings(field: str) -> Refused:
    """Grids of different parents."""
    return Refused(field, "not_siblings", "这些网格不属于同一个上级网格。", "These grids do not lie in the same parent.")


def not_neighbours(field: str) -> Refused:
    """Grids that do not touch along a line."""
    return Refused(field, "not_neighbours", "这些网格不相邻，不能一起调整。", "These grids do not border on each other.")


def has_children(field: str, name: str) -> Refused:
    """A grid with grids below it cannot be divided or ended whole."""
    return Refused(
        field, "grid_has_children",
        f"“{name}”下面还有网格，不能直接拆分、合并或替换。请先调整下级网格。",
        f"{name} has grids below it and cannot be split, merged or replaced whole. Change those first.",
    )  # fmt: skip


def line_does_not_cut(field: str, name: str) -> Refused:
    """A line that leaves a grid in one piece."""
    return Refused(
        field, "line_does_not_cut",
        f"画的线没有把“{name}”分开。请让线从一侧边界穿到另一侧边界。",
        f"The line does not divide {name}. Draw it from one side right across to the other.",
    )  # fmt: skip


def line_invalid(field: str) -> Refused:
    """A line or ring that cannot be read."""
    return Refused(field, "line_invalid", "线上的点太少，或坐标不在范围内。", "The line has too few points, or coordinates out of range.")


def polygon_invalid(field: str, reason: str, place: BaseGeometry | None = None) -> Refused:
    """An area that crosses itself or is empty."""
    return Refused(
        field, "polygon_invalid", "画的范围自相交叉或没有面积，请改正后再试。", f"The area crosses itself or is empty ({reason}).", place
    )


def in_parts(field: str, name: str, parts: int, place: BaseGeometry) -> Refused:
    """A grid that would fall apart."""
    return Refused(
        field, "grid_in_parts",
        f"这样调整后“{name}”会分成互不相连的 {parts} 块。请把边界画成一整块。",
        f"{name} would fall into {parts} separate parts. Draw the border so that it stays in one.", place,
    )  # fmt: skip


def would_vanish(field: str, name: str, place: BaseGeometry) -> Refused:
    """A grid that would lose all its ground."""
    return Refused(
        field, "grid_would_vanish",
        f"这样调整后“{name}”就没有范围了。如果不再需要它，请用“合并”。",
        f"{name} would lose all its ground. Merge it if it is not needed any more.", place,
    )  # fmt: skip


def too_small(field: str, name: str, area_m2: float, min_m2: float, place: BaseGeometry) -> Refused:
    """A grid below the least area."""
    return Refused(
        field, "grid_too_small",
        f"“{name}”只有 {area_m2:,.0f} 平方米，小于最小面积 {min_m2:,.0f} 平方米。",
        f"{name} would measure {area_m2:,.0f} m², less than the least of {min_m2:,.0f} m².", place,
    )  # fmt: skip


def nothing_changes(field: str) -> Refused:
    """A change that leaves all as it is."""
    return Refused(field, "nothing_changes", "按这样画，网格没有任何变化。", "Drawn like this, nothing changes.")


def tangled(field: str) -> Refused:
    """Lines too close to an old border to be told apart from it."""
    return Refused(
        field, "too_close", "画的线与已有边界靠得太近，无法区分。请把线移开一点，或让它吸附到边界上。",
        "The line runs too close to an existing border. Move it a little, or let it snap to the border.",
    )  # fmt: skip
