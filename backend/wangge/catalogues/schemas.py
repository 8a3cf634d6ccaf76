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
    """Every list that field records choose from, in the order in which to show it.

    ``place_names`` are what names of employers begin with here (provinces, the city, its counties, without 省, 市, 区 and 县), the longest
    first: a phone that compares names leaves them out, as the server does.
    """

    talk_topics: list[CatalogueWord]
    material_kinds: list[CatalogueWord]
    incident_kinds: list[CatalogueWord]
    place_names: list[str]
