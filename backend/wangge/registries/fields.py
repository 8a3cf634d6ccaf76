"""What a registry's list may say of an employer, and by which headings departments say it."""

import re
import unicodedata
from collections.abc import Sequence

FIELDS = (
    "name",
    "uscc",
    "registration_no",
    "address",
    "contact_name",
    "contact_phone",
    "industry_code",
    "employees",
    "registered_on",
    "status",
    "division",
    "lon",
    "lat",
)
NONE = -1
"""Answered for a field that no column holds."""

_SIGNS = re.compile(r"[\s_\-/·*:：、,，.。()（）\[\]【】\"'“”]+")
_OWN = {"问题", "problem", "problems", "原行号", "originalrow"}
# From sure to doubtful; compared without blanks and signs. A column is given to one field only, in this order of fields.
_PATTERNS: dict[str, tuple[str, ...]] = {
    "uscc": (r"(统一)?社会?信用代码.*", r"统一代码|信用代码|uscc|creditcode|.*(统一|社会)信用代码.*", r"纳税人识别号|税号"),
    "registration_no": (
        r"(工商)?注册号|营业执照(注册)?号码?|执照号",
        r"纳税人识别号|税务登记号|社保(登记)?编号|单位(社保)?编号|社会保险登记(证)?(号|编码)",
    ),
    "name": (
        r"(企业|单位|纳税人|市场主体|用人单位|公司|主体|商户|参保单位|字号|机构)(全称|名称|字号名称)",
        r"(企业|单位|公司|纳税人)(全称|名)|字号名称",
        r"名称|name|companyname|employer",
    ),
    "address": (
        r"(实际|生产)?经营(地址|场所|地)|生产经营地址?|通讯地址|办公地址|单位地址|企业地址|.*经营地址",
        r"住所.*|(注册|登记)(地址|住所)|地址|经营场所.*|address",
    ),
    "contact_phone": (
        r"(联系人|单位|企业|法定代表人|负责人|经办人|经营者)?(联系)?(电话|手机|移动电话|手机号)(号码)?|联系方式|.*联系电话",
        r"phone|tel|mobile",
    ),
    "contact_name": (
        r"联系人(姓名)?|经办人(姓名)?|劳资(专管员|负责人)",
        r"(法定代表人|法人代表?|负责人|经营者|投资人|业主)(姓名|负责人)?.*",
        r"contact(name)?",
    ),
    "industry_code": (r"(国民经济)?行业(代码|编码|小类代码)", r"industrycode"),
    "employees": (
        r"(从业|职工|参保|用工|在职|员工|缴费)(总)?(人员)?(人)?数(量)?|人数|.*参保人数|职工总数|从业人员",
        r"employees|headcount",
    ),
    "registered_on": (r"(成立|注册|登记|设立|开业|核准|参保|开业设立)(登记)?(日期|时间)|.*成立日期", r"registeredon|founded"),
    "status": (r"(登记|经营|企业|纳税人|参保|单位|存续|主体)状态|状态", r"status"),
    "division": (
        r"(所属|所在|管辖)?(网格|社区|街道|乡镇|镇街|街道乡镇|村居|村社区|辖区)(名称)?|街道(乡镇|镇)?|行政区划(代码|编码)?",
        r"division|street",
    ),
    "lon": (r"经度|lon|lng|longitude|x坐标",),
    "lat": (r"纬度|lat|latitude|y坐标",),
}
_FOUND = {field: [re.compile(pattern) for pattern in patterns] for field, patterns in _PATTERNS.items()}


def plain_heading(heading: str) -> str:
    """A heading as headings are compared."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", heading)).lower()


def guessed(headings: Sequence[str]) -> dict[str, int]:
    """Which column is which field, by its heading; fields without a column are left out."""
    plain = [plain_heading(heading) for heading in headings]
    taken: dict[str, int] = {}
    for sureness in range(max(map(len, _FOUND.values()))):
        for field, patterns in _FOUND.items():
            if field in taken or sureness >= len(patterns):
                continue
            for index, heading in enumerate(plain):
                if heading and index not in taken.values() and patterns[sureness].fullmatch(heading):
                    taken[field] = index
                    break
    return taken


def is_own_mark(heading: str) -> bool:
    """Whether a column is one that our marked-up sheet adds; it is not read again."""
    return plain_heading(heading) in _OWN
