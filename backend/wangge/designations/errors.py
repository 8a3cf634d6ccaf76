"""What can go wrong with designations."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class DesignationOverlaps(WanggeError):
    """The employer is designated so on some of these days already."""

    code, status = "designation_overlaps", 409
    zh = "该单位在这段时间已有同类认定，不能重复。请先结束原来的认定，或改起始日期。"
    en = "The employer has this designation on some of these days already; end that first or change the day."


class DesignationEnded(WanggeError):
    """The designation has ended already."""

    code, status = "designation_ended", 409
    zh = "这项认定已经结束。"
    en = "This designation has ended already."


class DesignationIdReused(WanggeError):
    """The id belongs to another designation."""

    code, status = "designation_id_reused", 409
    zh = "这个编号已用于另一项认定，请重新填写。"
    en = "This id belongs to another designation; fill the form in anew."


constraint_means("ex_employer_designations_once", DesignationOverlaps)
constraint_means("pk_employer_designations", DesignationIdReused)
