"""What can go wrong with certificates, above all: being sent out without one."""

from typing import Any

from wangge.core.errors import Language, WanggeError
from wangge.core.problems import constraint_means

KIND_NAMES: dict[str, tuple[str, str]] = {
    "post_certificate": ("岗位培训合格证书", "post certificate"),
    "inspector_certificate": ("劳动保障监察证", "inspector's certificate"),
    "enforcement_certificate": ("行政执法证", "law enforcement certificate"),
}


def _name(kind: str, language: Language) -> str:
    zh, en = KIND_NAMES.get(kind, (kind, kind))
    return zh if language == "zh" else en


class PersonNotCertified(WanggeError):
    """The person holds no valid certificate on the day; said by the database itself (``require_certificate``).

    Fields: ``person_id``, ``name``, ``on``, ``needs`` (kinds, any one of them is enough), ``last`` (the certificate she last
    had: ``kind``, ``number``, ``expires_on``, ``revoked_on``; or none).
    """

    code, status = "person_not_certified", 422
    zh = "{name} 在 {on} 没有有效的{kinds}{why}，按持证上岗的规定当天不能派给任务。请先办理证书，或改派他人。"
    en = "{name} holds no valid {kinds} on {on}{why} and cannot be given work that day. Enter a certificate first, or choose somebody else."

    def sentence(self, language: Language) -> str:
        """Who, on which day, what is missing, and what became of the last one."""
        zh = language == "zh"
        kinds = (" 或 " if zh else " or ").join(_name(k, language) for k in self.fields["needs"]) or ("证书" if zh else "certificate")
        said = {**self.fields, "kinds": kinds, "why": self._why(language)}
        return (self.zh if zh else self.en).format(**said)

    def _why(self, language: Language) -> str:
        last: dict[str, Any] | None = self.fields.get("last")
        if not last:
            return ""
        number, revoked_on, expires_on = last["number"], last.get("revoked_on"), last.get("expires_on")
        if revoked_on and revoked_on <= self.fields["on"]:
            return f"（{number} 号已于 {revoked_on} 撤销）" if language == "zh" else f" (No. {number} was revoked on {revoked_on})"
        if expires_on and expires_on < self.fields["on"]:
            return f"（{number} 号已于 {expires_on} 到期）" if language == "zh" else f" (No. {number} ended on {expires_on})"
        kind = _name(last["kind"], language)
        return f"（现有的是{kind} {number} 号）" if language == "zh" else f" (the one held is a {kind}, No. {number})"


class CertificateNumberTaken(WanggeError):
    """The issuer has given this number already."""

    code, status = "certificate_number_taken", 409
    zh = "这个发证机关的同类证书中已有这个编号，请核对证书编号。"
    en = "This issuer has given this number already; check the number."


class CertificateRevoked(WanggeError):
    """A revoked certificate stays as it is."""

    code, status = "certificate_revoked", 409
    zh = "这张证书已经撤销，不能再修改。需要时请录入新证书。"
    en = "This certificate has been revoked and stays as it is; enter a new one instead."


class ExamNotPassed(WanggeError):
    """The exam result does not entitle to this certificate."""

    code, status = "exam_not_passed", 422
    zh = "这次考试没有合格，或已据此发过证书，不能再登记证书。"
    en = "This exam was not passed, or a certificate came of it already."


class ScanNotAccepted(WanggeError):
    """The file is no scan that is taken."""

    code, status = "scan_not_accepted", 422
    zh = "扫描件请用 PDF、JPEG 或 PNG 文件。"
    en = "A scan must be a PDF, JPEG or PNG file."


constraint_means("certified_on_the_day", PersonNotCertified)
constraint_means("uq_certificates_kind_issuer_number", CertificateNumberTaken)
