"""What can go wrong with employers' files."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class CreditCodeTaken(WanggeError):
    """Another accepted file has this credit code."""

    code, status = "credit_code_taken", 422
    zh = "已有在册单位使用这个信用代码，不能重复建档。请退回，或先改正信用代码。"
    en = "An accepted file has this credit code already. Return this one, or correct the code first."


class NotWaitingForReview(WanggeError):
    """The file has been decided already."""

    code, status = "not_waiting_for_review", 409
    zh = "这家单位已经审核过了。"
    en = "This employer has been reviewed already."


class PlaceOutsideScope(WanggeError):
    """The place pointed out lies in somebody else's territory."""

    code, status = "place_outside_scope", 422
    zh = "这个位置不在您的辖区内，不能保存。请核对位置；如果单位确实在那里，请上一级处理。"
    en = "This place lies outside your territory and cannot be saved. Check it; if the employer is really there, ask the level above."


constraint_means("uq_employers_uscc_accepted", CreditCodeTaken)
