"""Wire shapes of base maps."""

from msgspec import Struct


class BaseMapFacts(Struct):
    """What a map needs to draw it; ``version`` changes with the file. ``kind`` is vector or raster; ``layers`` are a vector map's."""

    version: str
    kind: str
    layers: list[str]
    attribution: str
    min_zoom: int
    max_zoom: int


class BaseMapRead(Struct):
    """``base`` is null where the deployment has none."""

    base: BaseMapFacts | None
