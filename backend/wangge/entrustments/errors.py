"""What can go wrong with entrustments."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class NoSubDelegation(WanggeError):
    """The principal does not hold some of the matters by its own power; carries which, and from whom it has them."""

    code, status = "no_sub_delegation", 422
    zh = (
        "{principal}在这段时间对“{matters_zh}”没有自己的法定职权{held_zh}。受委托机构不得再委托其他组织（行政处罚法第二十条），"
        "请由有职权的机构直接委托。"
    )
    en = (
        "{principal} has no power of its own over {matters_en} during this term{held_en}. What has been entrusted may not be "
        "entrusted further (Administrative Penalty Law, art. 20): let the unit that holds the power entrust it directly."
    )


class SubDelegationRefused(WanggeError):
    """The database refused what the principal does not hold by its own power."""

    code, status = "sub_delegation_refused", 422
    zh = "委托机构对其中的事项没有自己的法定职权。受委托机构不得再委托（行政处罚法第二十条）。"
    en = "The principal has no power of its own over some of this; what has been entrusted may not be entrusted further."


class OthersPower(WanggeError):
    """In a part of the area another unit is competent by its own power."""

    code, status = "others_power", 422
    zh = "所选区域内{units}对这些事项有自己的职权，不归委托机构管辖。请改小区域；外地驻潍单位和重点单位请用单位名单委托。"
    en = "In this area {units} is competent by its own power. Choose a smaller area, or name non-local and key employers in a list."


class OthersPowerRefused(WanggeError):
    """The database refused an area in which another unit is competent."""

    code, status = "others_power_refused", 422
    zh = "所选区域内另有机构有自己的职权，不归委托机构管辖。"
    en = "In this area another unit is competent by its own power."


class EmployersNotEntrustable(WanggeError):
    """Some employers on the list are not the principal's to entrust, or lie outside the agent's territory."""

    code, status = "employers_not_entrustable", 422
    zh = "名单中有 {count} 家不能由该机构委托：{names}。只能列入归委托机构管辖、又在受托机构辖区内的单位。"
    en = "{count} employer(s) cannot be entrusted so: {names}. A list holds the principal's own employers in the agent's territory."


class EmployersRefused(WanggeError):
    """The database refused an employer on the list."""

    code, status = "employers_refused", 422
    zh = "名单中有单位不归委托机构管辖，或不在受托机构辖区内。"
    en = "An employer on the list is not the principal's, or lies outside the agent's territory."


class OutsideTerritory(WanggeError):
    """The area must lie in the agent's territory, and that inside the principal's."""

    code, status = "outside_territory", 422
    zh = "委托范围要在受托机构的辖区内，受托机构的辖区要在委托机构的辖区内。"
    en = "The area must lie in the agent's territory, and that inside the principal's."


class PowerNotAllowed(WanggeError):
    """A unit of this kind cannot hold this power so."""

    code, status = "power_not_allowed", 422
    zh = "所选权限中有这类机构依法不能受托或委托的。"
    en = "A unit of this kind cannot give or take one of these powers."


class UnitsNotOpen(WanggeError):
    """A unit is not open over the whole term."""

    code, status = "units_not_open", 422
    zh = "委托机构和受托机构在整个委托期内都要存续。"
    en = "Both units must exist over the whole term."


class OverlapNeedsReason(WanggeError):
    """Another agent holds the same there already: allowed only with a reason. Carries how many."""

    code, status = "overlap_needs_reason", 409
    zh = "同一事项、同一范围已有 {count} 项委托给了别的机构。确需同时委托，请写明理由。"
    en = "The same is entrusted to {count} other agent(s) over some of this ground. If it must be so, say why."


class NotPublished(WanggeError):
    """An entrustment needs its document and its publication."""

    code, status = "not_published", 422
    zh = "委托书要写明文件名称、公布日期和公布地点才能生效（行政处罚法第二十条：书面委托并向社会公布）。"
    en = "Name the document and where and when it was published before it takes effect (Administrative Penalty Law, art. 20)."


class TermIsOver(WanggeError):
    """The term has ended before it began to count."""

    code, status = "term_is_over", 422
    zh = "委托期限到 {valid_to} 已经过去，不能再生效。"
    en = "The term ended on {valid_to}; it can no longer take effect."


class NotADraft(WanggeError):
    """It has been in force: it is not rewritten."""

    code, status = "not_a_draft", 409
    zh = "这项委托已经生效过，不能再修改。可以提前结束，或续期另立一项。"
    en = "This entrustment has been in force and is not rewritten. End it early, or extend it with a new one."


class NotInForce(WanggeError):
    """It cannot end: it has ended already, or expired."""

    code, status = "not_in_force", 409
    zh = "这项委托已经结束，不能重复操作。"
    en = "This entrustment has ended already."


class AlreadyExtended(WanggeError):
    """Another entrustment follows this one already."""

    code, status = "already_extended", 409
    zh = "这项委托已经有续期的委托，请打开那一项继续。"
    en = "Another entrustment follows this one already; open that."


class EntrustmentIdReused(WanggeError):
    """The id belongs to another entrustment."""

    code, status = "entrustment_id_reused", 409
    zh = "这个编号已用于另一项委托，请重新填写。"
    en = "This id belongs to another entrustment; fill the form in anew."


class DocumentTooLarge(WanggeError):
    """The file is larger than the limit."""

    code, status = "document_too_large", 413
    zh = "文件太大，最多 {max_mb} MB。请压缩后再传。"
    en = "The file is too large: at most {max_mb} MB."


class DocumentTypeUnknown(WanggeError):
    """The file is none of those that a document may be."""

    code, status = "document_type_unknown", 415
    zh = "只接受 PDF、OFD、JPEG 或 PNG 文件，按文件内容判断。"
    en = "Only PDF, OFD, JPEG or PNG files are taken, judged by their content."


class DocumentFixed(WanggeError):
    """The document of an entrustment in force is not replaced."""

    code, status = "document_fixed", 409
    zh = "委托生效后，委托书文件不能更换。"
    en = "Once in force, the document is not replaced."


class DocumentMissing(WanggeError):
    """No file has been uploaded, or the store has lost it."""

    code, status = "document_missing", 404
    zh = "这项委托还没有上传文件。"
    en = "No file has been uploaded for this entrustment."


constraint_means("pk_entrustments", EntrustmentIdReused)
constraint_means("uq_entrustments_follows", AlreadyExtended)
constraint_means("ck_entrustments_no_sub_delegation", SubDelegationRefused)
constraint_means("ck_entrustments_others_power", OthersPowerRefused)
constraint_means("ck_entrustments_employers", EmployersRefused)
constraint_means("ck_entrustments_within", OutsideTerritory)
constraint_means("ck_entrustments_power_allowed", PowerNotAllowed)
constraint_means("ck_entrustments_open_units", UnitsNotOpen)
constraint_means("ck_entrustments_fixed", NotADraft)
constraint_means("ck_entrustments_published", NotPublished)
