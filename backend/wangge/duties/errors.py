"""What can go wrong with duties."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class GridHasMainOwner(WanggeError):
    """The grid has a main owner in that time already."""

    code, status = "grid_has_main_owner", 409
    zh = "这个网格在这段时间里已有主责任人。请先结束他（她）的主责，或把此人设为协助。"
    en = "This grid has a main owner in that time already. End that duty first, or let this person assist."


class DutyHeldAlready(WanggeError):
    """The person answers for this grid in that time already."""

    code, status = "duty_held_already", 409
    zh = "此人在这段时间里已经负责这个网格，不必重复分配。"
    en = "This person answers for this grid in that time already."


class DutyNeedsAppointment(WanggeError):
    """Only somebody appointed on the duty's first day can be given one."""

    code, status = "duty_needs_appointment", 422
    zh = "{name} 在 {on} 没有有效任职，不能分配责任网格。请先办理任职。"
    en = "{name} holds no appointment on {on}; appoint first, then assign grids."


class DutyOver(WanggeError):
    """The duty has ended already."""

    code, status = "duty_over", 409
    zh = "这项责任已经结束，不能再改。需要时请重新分配。"
    en = "This duty has ended; assign it anew where needed."


constraint_means("ex_duties_main_owner", GridHasMainOwner)
