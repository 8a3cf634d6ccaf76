"""Everything that can go wrong and that a person should hear about.

WanggeError                    (this module)
├── InvalidInput               422  field by field
├── NotFound                   404
├── VersionStale               409  changed since it was looked at
├── TextUnstorable             422  a character that no text may hold
├── RateLimited                429
├── ServerBusy                 503  passes by itself
├── accounts.errors            sign-in, sessions, rights
├── employers.errors           credit codes, reviews
├── employer_files.errors      edits that meet, merges
├── people.errors              the life of a person in the register
├── certificates.errors        certificates, and working without one
├── duties.errors              who answers for which grid
├── hand_overs.errors          handing over when somebody leaves
├── training.errors            exams
├── patrols.errors             planning
├── incidents.errors           acknowledging and closing incidents
├── units.errors               units and their powers
├── entrustments.errors        entrusting, ending, documents
├── designations.errors        non-local and key employers
├── evidence.errors            photos and their bytes
├── anomalies.errors           concluding on odd records
├── base_maps.errors          the deployment's base map
├── signals.errors             facts about an employer
├── key_list.errors            acknowledging the key list
├── ratings.errors             rounds, grades and objections
├── books.errors               printing grids and employers
├── evidence_packages.errors   records taken out of the house
├── record_log.errors          proofs of what arrived
├── registries.errors          registry lists, and matching them
├── seals.errors               phones' keys and signatures
└── sync.errors                operations from phones

Each class is one fact: a stable ``code`` for programs, a status, and a sentence in Chinese and in English that says what
happened and what to do next. Codes are never reused; retired ones: (none yet).
"""

from typing import Any, ClassVar, Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class WanggeError(Exception):
    """Base of the catalogue. Keyword arguments fill the sentences and travel as typed extras of the problem."""

    code: ClassVar[str]
    status: ClassVar[int]
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(f"{self.code} {fields}")

    def sentence(self, language: Language) -> str:
        """The sentence for the person, in her language."""
        return (self.zh if language == "zh" else self.en).format(**self.fields)


class FieldProblem:
    """One field that cannot be accepted, and why."""

    def __init__(self, field: str, code: str, zh: str, en: str) -> None:
        self.field, self.code, self.zh, self.en = field, code, zh, en

    def as_json(self, language: Language) -> dict[str, str]:
        """The entry of a problem's ``errors``."""
        return {"field": self.field, "code": self.code, "detail": self.zh if language == "zh" else self.en}


class InvalidInput(WanggeError):
    """The input does not hold; ``problems`` says so field by field."""

    code, status = "invalid_input", 422
    zh = "有 {count} 处填写需要改正，其余内容都已保留。"
    en = "{count} field(s) need correcting; everything else is kept."

    def __init__(self, problems: list[FieldProblem]) -> None:
        self.problems = problems
        super().__init__(count=len(problems))


class NotFound(WanggeError):
    """No such thing in the caller's scope; whether it exists elsewhere is not said."""

    code, status = "not_found", 404
    zh = "找不到这条记录，或它不在您的网格范围内。"
    en = "No such record, or it lies outside your grids."


class VersionStale(WanggeError):
    """The thing has changed since the caller looked at it; carries its ``version`` now."""

    code, status = "version_stale", 409
    zh = "您打开之后，这条记录有了变化，请刷新后再核对一次。"
    en = "This has changed since you opened it; refresh and look again."


class TextUnstorable(WanggeError):
    """A text holds a character that no stored text may hold (U+0000)."""

    code, status = "text_unstorable", 422
    zh = "文字中含有无法保存的字符，请删去后重试。"
    en = "The text holds a character that cannot be stored; remove it and try again."


class RateLimited(WanggeError):
    """Too many requests from one place."""

    code, status = "rate_limited", 429
    zh = "操作太频繁，请 {retry_after_s} 秒后再试。"
    en = "Too many attempts; try again in {retry_after_s} seconds."


class ServerBusy(WanggeError):
    """The database cannot serve this request now: it restarts, is full of work, or undid one of two that collided."""

    code, status = "server_busy", 503
    zh = "服务器正忙，请 {retry_after_s} 秒后再试。未上传的记录都还在本机。"
    en = "The server is busy; try again in {retry_after_s} seconds. What is not sent yet stays on this device."


def problem_json(error: WanggeError, language: Language) -> dict[str, Any]:
    """A problem as JSON, for an answer or for the outcome of one operation."""
    body: dict[str, Any] = {"type": error.code, "title": error.code.replace("_", " "), "status": error.status,
                            "detail": error.sentence(language), **error.fields}  # fmt: skip
    if isinstance(error, InvalidInput):
        body["errors"] = [p.as_json(language) for p in error.problems]
    return body


def in_every_language(error: WanggeError) -> dict[Language, dict[str, Any]]:
    """A problem to be kept and read later, by people of either language."""
    return {language: problem_json(error, language) for language in LANGUAGES}
