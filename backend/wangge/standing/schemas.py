"""Wire shapes of how an employer stands."""

from uuid import UUID

from msgspec import Struct

from wangge.key_list.schemas import KeyListItem, KeyListRuleRead
from wangge.ratings.schemas import InspectionCapRead, RatingItem, RatingScaleRead
from wangge.signals.schemas import RatingAspectRead, SignalKindRead, SignalRead


class EmployerStanding(Struct):
    """How an employer stands today. ``visit_interval_days`` and ``caps`` follow from its grade and the key list."""

    employer_id: UUID
    grade: str | None
    on_key_list: bool
    visit_interval_days: int
    caps: list[InspectionCapRead]
    key_list: list[KeyListItem]
    ratings: list[RatingItem]
    signals: list[SignalRead]


class StandingRules(Struct):
    """The words and rules in force today."""

    signal_kinds: list[SignalKindRead]
    aspects: list[RatingAspectRead]
    key_list_rules: list[KeyListRuleRead]
    scale: RatingScaleRead
    caps: list[InspectionCapRead]
