"""Whether a hand-over leaves nothing behind: pure decisions."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from wangge.core.errors import FieldProblem
from wangge.hand_overs.schemas import DutySuccessor, PatrolSuccessor


def uncovered(open_ids: Iterable[UUID], named: Iterable[UUID]) -> set[UUID]:
    """What is open and not named."""
    return set(open_ids) - set(named)


def reasons_missing(duties: Sequence[DutySuccessor], patrols: Sequence[PatrolSuccessor]) -> list[FieldProblem]:
    """A duty given to nobody and a patrol called off each need their reason; a patrol to be moved needs somebody."""
    problems = []
    for i, duty in enumerate(duties):
        if duty.person_id is None and not duty.reason.strip():
            zh, en = "没有接手人时请写明原因。", "Say why nobody takes it over."
            problems.append(FieldProblem(f"duties[{i}].reason", "reason_missing", zh, en))
    for i, patrol in enumerate(patrols):
        if patrol.action == "move" and patrol.person_id is None:
            problems.append(FieldProblem(f"patrols[{i}].person_id", "missing", "请选择接手人。", "Choose who takes it over."))
        if patrol.action == "cancel" and not patrol.reason.strip():
            problems.append(FieldProblem(f"patrols[{i}].reason", "reason_missing", "取消时请写明原因。", "Say why it is called off."))
    return problems


def may_keep_patrol(planned_on: date, ends_on: date, today: date) -> bool:
    """A patrol stays only with somebody who is still there on its day."""
    return planned_on <= ends_on and ends_on >= today


def first_day(planned_on: date, today: date) -> date:
    """The day on which a moved patrol is to be made: its own, or today when that has passed."""
    return max(planned_on, today)
