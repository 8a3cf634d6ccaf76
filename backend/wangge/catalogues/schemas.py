"""Wire shapes of the catalogues."""

from datetime import date

from msgspec import Struct


class CatalogueWord(Struct):
    """A word to choose, and how it is said; ``valid_to`` is its last day. Old records keep words that are no longer offered."""

    code: str
    zh: str
    en: str
    valid_from: date
    valid_to: date | None


class Catalogues(Struct):
    """Every list that field records choose from, in the order in which to show it."""

    talk_topics: list[CatalogueWord]
    material_kinds: list[CatalogueWord]
    incident_kinds: list[CatalogueWord]
