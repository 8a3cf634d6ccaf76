"""What a spreadsheet gets of each kind of gap."""

from typing import Any

from wangge.core.errors import Language

HEADINGS: dict[Language, dict[str, tuple[str, ...]]] = {
    "zh": {
        "grid_without_owner": ("网格", "编码", "用人单位"),
        "owner_uncertified": ("网格", "编码", "责任人", "证书", "到期", "撤销"),
        "owner_expiring": ("网格", "编码", "责任人", "证书", "到期", "撤销"),
        "employer_outside_all_grids": ("用人单位", "地址", "经度", "纬度", "目前归属"),
        "employer_no_position": ("用人单位", "地址", "目前归属"),
        "grids_overlap_or_gap": ("网格", "编码", "下级网格", "缝隙（平方米）", "重叠（平方米）"),
        "unit_without_people": ("机构", "编码", "网格"),
    },
    "en": {
        "grid_without_owner": ("grid", "code", "employers"),
        "owner_uncertified": ("grid", "code", "owner", "certificate", "expires", "revoked"),
        "owner_expiring": ("grid", "code", "owner", "certificate", "expires", "revoked"),
        "employer_outside_all_grids": ("employer", "address", "longitude", "latitude", "belongs to"),
        "employer_no_position": ("employer", "address", "belongs to"),
        "grids_overlap_or_gap": ("grid", "code", "grids below", "gaps (m2)", "overlaps (m2)"),
        "unit_without_people": ("unit", "code", "grid"),
    },
}
CERTIFICATES: dict[Language, dict[str, str]] = {
    "zh": {"post_certificate": "岗位培训合格证书", "inspector_certificate": "劳动保障监察证", "enforcement_certificate": "行政执法证"},
    "en": {"post_certificate": "post training certificate", "inspector_certificate": "labour inspector certificate",
           "enforcement_certificate": "enforcement certificate"},
}  # fmt: skip


def _where(row: dict[str, Any]) -> str:
    return " / ".join(row["grid"]["path_names"])


def cells(name: str, row: dict[str, Any], language: Language) -> list[Any]:
    """One gap as the cells under the headings of its kind."""
    if name in ("owner_uncertified", "owner_expiring"):
        held = row["certificate"] or {}
        kind = CERTIFICATES[language].get(held.get("kind", ""), "")
        return [_where(row), row["grid"]["code"], row["person"]["name"], kind, held.get("expires_on") or "", held.get("revoked_on") or ""]
    if name == "grid_without_owner":
        return [_where(row), row["grid"]["code"], row["employers"]]
    if name == "employer_outside_all_grids":
        return [row["employer"]["name"], row["employer"]["address"], *row["employer"]["position"], _where(row)]
    if name == "employer_no_position":
        return [row["employer"]["name"], row["employer"]["address"], _where(row)]
    if name == "grids_overlap_or_gap":
        tiling = row["tiling"]
        return [_where(row), row["grid"]["code"], tiling["children"], round(tiling["gap_m2"], 1), round(tiling["overlap_m2"], 1)]
    return [row["unit"]["name"], row["unit"]["code"], _where(row)]
