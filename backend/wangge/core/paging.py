"""Lists as every screen needs them: a page, a total, a sort."""

from typing import Annotated, Generic, TypeVar

from litestar.params import Parameter
from msgspec import Struct

from wangge.core.errors import FieldProblem, InvalidInput

T = TypeVar("T")
PageNumber = Annotated[int, Parameter(ge=1, le=100_000)]
PageSize = Annotated[int, Parameter(ge=1, le=200)]


class Page(Struct, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    page: int
    page_size: int


def order_by(sort: str | None, allowed: dict[str, str], default: str) -> str:
    """The SQL ordering for a wire sort such as ``-name``; only the listed names reach the query.

    Raises:
        InvalidInput: the list cannot be sorted by that.
    """
    wanted = sort or default
    descending, name = wanted.startswith("-"), wanted.lstrip("-")
    if name not in allowed:
        names = ", ".join(allowed)
        raise InvalidInput(
            [FieldProblem("sort", "unknown_sort", f"不能按 {name} 排序，可用：{names}", f"Cannot sort by {name}; use: {names}")]
        )
    return f"{allowed[name]} {'desc nulls last' if descending else 'asc nulls first'}"


def search_pattern(q: str) -> str:
    """An ``ILIKE`` pattern that finds the text anywhere, its wildcards taken literally."""
    escaped = q.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def one_of(name: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    """The value, if it is one of these.

    Raises:
        InvalidInput: it is not.
    """
    if value is not None and value not in allowed:
        names = ", ".join(allowed)
        raise InvalidInput([FieldProblem(name, "unknown_value", f"{name} 只能是：{names}", f"{name} must be one of: {names}")])
    return value
