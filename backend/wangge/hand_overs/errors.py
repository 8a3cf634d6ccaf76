"""What can go wrong when somebody's work is handed over."""

from wangge.core.errors import WanggeError


class WorkNotCovered(WanggeError):
    """Something open is not in the hand-over: nothing may be left behind."""

    code, status = "work_not_covered", 422
    zh = "还有 {duties} 个责任网格、{patrols} 次巡查没有写明交给谁。打开之后可能有了新任务，请刷新清单再办。"
    en = "{duties} duty(ies) and {patrols} patrol(s) have nobody to go to. There may be new work since you opened this; refresh the list."


class WorkOutsideScope(WanggeError):
    """Some of the work lies in somebody else's grids."""

    code, status = "work_outside_scope", 409
    zh = "此人还有 {count} 项责任或巡查在您的范围之外，请由上级机构办理交接。"
    en = "{count} of this person's duties or patrols lie outside your grids; let the unit above hand them over."


class ReceiverNotAvailable(WanggeError):
    """The successor is not of one's scope, or holds no appointment from the first day on."""

    code, status = "receiver_not_available", 422
    zh = "有 {count} 项的接手人在接手那天没有有效任职，或不在您的范围内，请另选。"
    en = "For {count} item(s) the successor holds no appointment on the first day, or is outside your grids; choose somebody else."


class PatrolCannotBeKept(WanggeError):
    """A patrol can stay only with somebody who is still there on its day."""

    code, status = "patrol_cannot_be_kept", 422
    zh = "有 {count} 次巡查排在最后工作日之后，或最后工作日已过，不能留给本人，请移交或取消。"
    en = "{count} patrol(s) come after the last day, or that day has passed; give them to somebody or cancel them."


class NobodyToHandOver(WanggeError):
    """The person holds no post."""

    code, status = "nobody_to_hand_over", 409
    zh = "此人没有在任岗位，不需要办理交接。"
    en = "This person holds no post; there is nothing to hand over."
