"""Wire shapes of evidence packages."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

VISITS_MAX = 500


class PackageRequest(Struct, forbid_unknown_fields=True):
    """What to take out: all that phones recorded about an employer, or named visits with what belongs to them; and why."""

    reason: Annotated[str, Meta(min_length=2, max_length=500)]
    employer_id: UUID | None = None
    visit_ids: Annotated[list[UUID], Meta(max_length=VISITS_MAX)] = []
