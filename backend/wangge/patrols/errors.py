"""What can go wrong when planning patrols."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class TooManyStops(WanggeError):
    """More stops than one person can make in a day."""

    code, status = "too_many_stops", 422
    zh = "一次巡查最多 {max} 家单位，现在选了 {count} 家。请分成几次。"
    en = "A patrol holds at most {max} employers; {count} are chosen. Split it."


class EmployerNotInScope(WanggeError):
    """Some employers are unknown here, or lie outside the planner's grids."""

    code, status = "employer_not_in_scope", 422
    zh = "有 {count} 家单位不在您的网格范围内，不能编入巡查。"
    en = "{count} employer(s) are outside your grids and cannot be planned."


class AssigneeNotAvailable(WanggeError):
    """The person does not hold a duty or an appointment in the planner's scope on that day."""

    code, status = "assignee_not_available", 422
    zh = "此人当天在您的网格范围内没有有效任职或责任网格，不能派给他（她）。"
    en = "This person holds no duty or appointment in your grids on that day."


class DayIsPast(WanggeError):
    """A patrol cannot be planned for yesterday."""

    code, status = "day_is_past", 422
    zh = "巡查日期 {planned_on} 已经过去，请选今天或以后。"
    en = "{planned_on} has passed; choose today or later."


class PatrolNotOpen(WanggeError):
    """The patrol has ended already."""

    code, status = "patrol_not_open", 409
    zh = "这次巡查已经结束或取消，不能再取消。"
    en = "This patrol has ended or been cancelled already."


class PatrolIdReused(WanggeError):
    """The id belongs to another patrol."""

    code, status = "patrol_id_reused", 409
    zh = "这个编号已用于另一次巡查，请重新编制。"
    en = "This id belongs to another patrol; plan it anew."


class PatrolOfNobody(WanggeError):
    """An open patrol would be left with somebody who holds no appointment on its day."""

    code, status = "patrol_of_nobody", 409
    zh = "还有未完成的巡查派在此人名下，而此人当天没有有效任职。请先把这些巡查移交或取消。"
    en = "Open patrols are still with somebody who holds no appointment on their day. Hand them over or cancel them first."


constraint_means("open_patrol_has_somebody", PatrolOfNobody)
