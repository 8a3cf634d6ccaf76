"""What can go wrong with units and their powers."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class UnitIdReused(WanggeError):
    """The id belongs to another unit."""

    code, status = "unit_id_reused", 409
    zh = "这个编号已用于另一个机构，请重新填写。"
    en = "This id belongs to another unit; fill the form in anew."


class UnitCodeTaken(WanggeError):
    """Another unit has this code."""

    code, status = "unit_code_taken", 409
    zh = "已有机构使用这个代码，请换一个。"
    en = "A unit has this code already; choose another."


class UnitClosed(WanggeError):
    """The unit is closed and takes no more changes."""

    code, status = "unit_closed", 409
    zh = "这个机构已经撤销，不能再改。"
    en = "This unit is closed and cannot be changed any more."


class UnitStillNeeded(WanggeError):
    """The unit cannot close: something still hangs on it. Carries the counts and their sentences."""

    code, status = "unit_still_needed", 409
    zh = "还不能撤销：{what_zh}。请先移交或结束。"
    en = "It cannot close yet: {what_en}. Hand these over or end them first."


class UnitParentCircle(WanggeError):
    """A unit cannot stand below itself."""

    code, status = "unit_parent_circle", 422
    zh = "上级机构不能是它自己或它的下级。"
    en = "A unit cannot stand below itself or below one of its own."


class PowerOverlaps(WanggeError):
    """The unit holds the matter on some of these days already."""

    code, status = "power_overlaps", 409
    zh = "该机构在这段时间内已有其中某个事项的职权，请先结束原来的，或改起止日期。"
    en = "The unit holds one of these matters on some of these days already; end that first or change the days."


class PowerEntrusted(WanggeError):
    """An entrustment in force rests on this power."""

    code, status = "power_entrusted", 409
    zh = "这项职权已经委托出去且委托仍然有效。请先结束委托，再结束职权。"
    en = "An entrustment in force rests on this power. End the entrustment first."


constraint_means("uq_units_code", UnitCodeTaken)
constraint_means("pk_units", UnitIdReused)
constraint_means("ck_units_own_parent", UnitParentCircle)
constraint_means("ex_unit_powers_once", PowerOverlaps)
constraint_means("ck_unit_powers_entrusted", PowerEntrusted)
