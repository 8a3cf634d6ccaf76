"""The words of books, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from wangge.core.clock import CHINA
from wangge.core.errors import Language
from wangge.coverage.export import REASON_WORDS

LEVELS = {"1": ("市", "city"), "2": ("县市区/开发区", "county or zone"), "3": ("街道/乡镇", "street"), "4": ("社区/行政村", "community")}
ACTIVITIES = {"collect": ("采集信息", "collected data"), "publicise": ("宣传", "publicised"), "observe": ("了解情况", "observed")}
FINDINGS = {
    "no_contract": ("未签劳动合同", "no contracts"), "wage_arrears": ("拖欠工资", "wages in arrears"),
    "no_insurance": ("未参加社会保险", "no social insurance"), "overtime": ("超时加班", "overtime"),
    "child_labour": ("使用童工", "child labour"), "no_ledger": ("未建工资台账", "no wage ledger"), "other": ("其他", "other"),
}  # fmt: skip
SEVERITIES = {"note": ("提示", "note"), "minor": ("一般", "minor"), "major": ("严重", "major")}
REVIEW_STATES = {"accepted": ("已入档", "accepted"), "waiting_review": ("待审核", "waiting for review"), "returned": ("已退回", "returned")}
NO_USCC = {"no_licence": ("无照经营", "no licence"), "not_shown": ("未出示证照", "not shown")}
POSITION_SOURCES = {"gps": ("手机定位", "by phone"), "map": ("地图标注", "on the map"), "import": ("导入", "imported")}


class Words:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, zh: str, en: str) -> str:
        """The one or the other."""
        return zh if self.language == "zh" else en

    def of(self, words: Mapping[str, tuple[str, str]], code: str | None) -> str:
        """The words of a code; a code that has none yet says itself."""
        return self(*words[code]) if code is not None and code in words else code or ""

    def join(self, texts: Sequence[str]) -> str:
        """Several things in one line."""
        return self("、", ", ").join(texts)

    def reasons(self, codes: Sequence[str]) -> str:
        """Why an employer is uncovered."""
        return self("；", "; ").join(REASON_WORDS[self.language].get(code, code) for code in codes)

    def findings(self, found: Sequence[Mapping[str, str]]) -> str:
        """What a visit found."""
        texts = []
        for one in found:
            note = self("：", ": ") + one["note"] if one["note"] else ""
            texts.append(f"{self.of(FINDINGS, one['kind'])}{self('（', ' (')}{self.of(SEVERITIES, one['severity'])}{self('）', ')')}{note}")
        return self("；", "; ").join(texts)


def day_text(value: date | datetime | None) -> str:
    """A day in China as YYYY-MM-DD; empty for none."""
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    return value.isoformat() if value else ""


def moment_text(value: datetime | None) -> str:
    """A moment in China as YYYY-MM-DD HH:MM; empty for none."""
    return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}" if value else ""


def long_day(value: date, language: Language) -> str:
    """A day as a cover writes it."""
    return f"{value.year} 年 {value.month} 月 {value.day} 日" if language == "zh" else f"{value.day} {value:%B %Y}"
