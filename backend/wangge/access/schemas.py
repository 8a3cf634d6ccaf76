"""Wire shapes of the rights matrix."""

from typing import Literal

from msgspec import Struct


class RightRead(Struct):
    """A right: what it is called and what it opens, in the caller's language, and the roles that carry it."""

    code: str
    kind: Literal["read", "write"]
    name: str
    opens: str
    roles: list[str]


class RightsMatrix(Struct):
    """The whole matrix; ``roles`` in the order of the columns."""

    roles: list[str]
    rights: list[RightRead]
