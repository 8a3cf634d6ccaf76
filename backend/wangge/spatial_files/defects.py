"""What can be wrong with one feature, between features, or with a file that can still be read.

Codes are for programs and are never reused. Each says what, where, and what to do, in Chinese and in English.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from wangge.core.errors import Language

Severity = Literal["error", "warning"]
Position = tuple[float, float]


class _Words(NamedTuple):
    severity: Severity
    zh: str
    en: str


def _error(zh: str, en: str) -> _Words:
    return _Words("error", zh, en)


def _warning(zh: str, en: str) -> _Words:
    return _Words("warning", zh, en)


CATALOGUE: dict[str, _Words] = {
    # One feature's geometry
    "null_geometry": _error(
        "没有图形。请在源文件中补画，或在导入时跳过这一条。", "It has no geometry. Draw it in the source file, or leave this one out."
    ),
    "empty_geometry": _error("图形是空的，没有任何坐标。请补画，或跳过这一条。", "Its geometry is empty. Draw it, or leave this one out."),
    "wrong_geometry_type": _error(
        "图形类型是“{kind}”，这里需要{wanted_zh}。请改用正确的图层，或跳过这一条。",
        "It is a {kind}; {wanted_en} is needed here. Use the right layer, or leave this one out.",
    ),
    "coordinate_unreadable": _error(
        "坐标“{text}”不是数字。请改成十进制度，例如 119.161900。",
        "The coordinate “{text}” is not a number. Write decimal degrees, for example 119.161900.",
    ),
    "nan_coordinate": _error(
        "有 {count} 个坐标不是有效数字（NaN 或无穷大）。请在源文件中补上。",
        "{count} coordinate(s) are not finite numbers (NaN or infinite). Fill them in at the source.",
    ),
    "out_of_range": _error(
        "坐标 ({x}, {y}) 超出经纬度范围（经度 ±180，纬度 ±90）。请检查坐标系和数值。",
        "The position ({x}, {y}) is outside longitude ±180, latitude ±90. Check the coordinate system and the numbers.",
    ),
    "swapped_axes_suspected": _error(
        "({x}, {y}) 像是先纬度后经度。如果属实，请同意“交换经纬度”。",
        "({x}, {y}) looks like latitude before longitude. If so, agree to swapping the axes.",
    ),
    "crosses_antimeridian": _error(
        "图形横跨 180° 经线（经度跨度 {span_deg}°）。请在 180° 处分开，或检查坐标。",
        "It crosses the 180° meridian ({span_deg}° of longitude). Cut it there, or check the coordinates.",
    ),
    "ring_unclosed": _error(
        "边界没有闭合，首尾相距 {gap_m} 米。可同意“闭合边界”。",
        "The boundary is not closed: its ends are {gap_m} m apart. Agree to closing it.",
    ),
    "too_few_points": _error(
        "边界只有 {count} 个不同的点，至少要 3 个。请重画，或跳过这一条。",
        "The boundary has {count} distinct point(s); at least 3 are needed. Draw it again, or leave this one out.",
    ),
    "self_intersection": _error(
        "边界自相交（蝴蝶结）。请移动交叉处的点，或同意“修复图形”。",
        "The boundary crosses itself (a bow tie). Move the points there, or agree to the repair.",
    ),
    "ring_touches_itself": _error(
        "边界与自身接触。请移动接触处的点，或同意“修复图形”。",
        "The boundary touches itself. Move the points there, or agree to the repair.",
    ),
    "hole_outside_shell": _error(
        "有一个洞（{area_m2} 平方米）不在外边界之内。请删除该洞，或同意“修复图形”。",
        "A hole ({area_m2} m²) lies outside its shell. Delete the hole, or agree to the repair.",
    ),
    "holes_nested": _error(
        "洞里套着洞。请删除多余的洞，或同意“修复图形”。", "A hole lies inside another. Delete one, or agree to the repair."
    ),
    "interior_cut": _error(
        "洞把图形内部切断。请移动洞的边界，或同意“修复图形”。", "Holes cut the interior in pieces. Move them, or agree to the repair."
    ),
    "parts_overlap": _error(
        "同一要素的各部分互相重叠 {area_m2} 平方米。请去掉重叠，或同意“修复图形”。",
        "Parts of the same feature overlap by {area_m2} m². Remove the overlap, or agree to the repair.",
    ),
    "rings_equal": _error(
        "同一条边界画了两次。请删除一条，或同意“修复图形”。", "The same ring is there twice. Delete one, or agree to the repair."
    ),
    "invalid_geometry": _error(
        "图形无效（{reason}）。请重画，或同意“修复图形”。", "The geometry is not valid ({reason}). Draw it again, or agree to the repair."
    ),
    "clockwise_shell": _warning(
        "外边界按顺时针画成（RFC 7946 要求逆时针）。可以导入；可同意“统一方向”。",
        "The shell runs clockwise (RFC 7946 wants counter-clockwise). It can be imported; agree to reorienting it.",
    ),
    "duplicate_vertices": _warning(
        "有 {count} 处相邻的点完全重复。可以导入；可同意“去掉重复点”。",
        "{count} point(s) repeat the one before. It can be imported; agree to removing them.",
    ),
    "spike": _warning(
        "边界有尖刺：夹角 {angle_deg}°，长 {length_m} 米。请核对，必要时删除该点。",
        "The boundary has a spike: {angle_deg}° wide, {length_m} m long. Check it, and delete the point if it is a slip.",
    ),
    "sliver": _warning(
        "图形细如碎片：面积 {area_m2} 平方米，平均宽 {width_m} 米。请核对是否应并入相邻网格。",
        "It is a sliver: {area_m2} m², {width_m} m wide on average. Check whether it belongs to a neighbour.",
    ),
    "height_dropped": _warning(
        "坐标带有高程（{low_m} 至 {high_m} 米），网格和单位只存平面位置，高程不保存。",
        "Its coordinates have heights ({low_m} to {high_m} m); only the position is kept.",
    ),
    # Between features
    "duplicate_code": _error(
        "编码“{value}”出现了 {count} 次（第 {rows} 条）。编码必须唯一，请更正。",
        "The code “{value}” occurs {count} times (features {rows}). Codes must be unique: correct them.",
    ),
    "missing_name": _error(
        "没有名称（{field}）。请在“名称”一项选对列，或在源文件中补上。",
        "It has no name ({field}). Choose the right column for names, or fill it in at the source.",
    ),
    "outside_all_parents": _error(
        "不在任何上级网格内，不知道归谁。请核对坐标，换一个上级网格，或跳过这一条。",
        "It lies in none of the parent grids. Check the coordinates, choose another parent, or leave it out.",
    ),
    "no_match_column": _error(
        "不知道哪一列是信用代码或单位编号。请在“对应单位”一项选择。",
        "Which column holds the credit code or the employer's id is not known. Choose it.",
    ),
    "employer_not_found": _warning(
        "范围内没有代码为“{value}”的在册单位，这一条不会写入。",
        "No employer on file in this area has the code “{value}”; this row will not be written.",
    ),
    "moves_far": _warning(
        "离现有位置 {distance_m} 米，超过 {limit_m} 米。请核对；确认无误可允许远距离移动，否则这一条不会写入。",
        "It lies {distance_m} m from the present point, more than {limit_m} m. Allow far moves if it is right; else it is not written.",
    ),
    "missing_code": _error("没有填写编码（{field}）。请补上。", "It has no code ({field}). Fill it in."),
    "overlap": _error(
        "与第 {other} 条重叠 {area_m2} 平方米。请调整公共边界。",
        "It overlaps feature {other} by {area_m2} m². Move the common boundary.",
    ),
    "sliver_overlap": _error(
        "与第 {other} 条有碎片重叠：{area_m2} 平方米，宽约 {width_m} 米。请把公共边界对齐（共用同一组点）。",
        "It overlaps feature {other} in a sliver: {area_m2} m², about {width_m} m wide. Let both share the boundary's points.",
    ),
    "gap": _error(
        "要素之间有 {area_m2} 平方米无人覆盖（邻接第 {others} 条）。请补齐。",
        "{area_m2} m² between features belong to nobody (next to {others}). Fill the gap.",
    ),
    "sliver_gap": _error(
        "要素之间有碎片缝隙：{area_m2} 平方米，宽约 {width_m} 米（邻接第 {others} 条）。请把公共边界对齐（共用同一组点）。",
        "There is a sliver between features: {area_m2} m², about {width_m} m wide (next to {others}). Let them share the boundary.",
    ),
    "outside_parent": _error(
        "有 {area_m2} 平方米（占 {share_percent}%，宽约 {width_m} 米）在上级网格“{parent}”之外。请调整边界，或换一个上级网格。",
        "{area_m2} m² ({share_percent} %, about {width_m} m wide) lie outside “{parent}”. Move the boundary, or choose another parent.",
    ),
    "point_outside_parent": _error(
        "位置在“{parent}”之外，距边界 {distance_m} 米。请核对坐标。",
        "It lies outside “{parent}”, {distance_m} m from its border. Check the coordinates.",
    ),
    # Coordinate system
    "suspicious_datum": _warning("{zh}", "{en}"),
    "datum_inexact": _warning(
        "“{datum}”换算到 WGS84 没有公开的精确参数，误差可达{accuracy_zh}。请尽量导出 CGCS2000 坐标。",
        "No exact parameters for “{datum}” to WGS 84 are public; errors may reach {accuracy_en}. Export in CGCS2000 if you can.",
    ),
    # Attributes and text
    "attributes_missing": _warning(
        "缺少 .dbf 属性表，只有图形，没有名称和编码。请把 .dbf 一起打包。",
        "The .dbf is missing: there are shapes but no names or codes. Pack the .dbf too.",
    ),
    "attributes_mismatch": _error(
        "属性表有 {rows} 行，图形有 {shapes} 个，无法确定对应关系。请重新导出。",
        "The attribute table has {rows} rows for {shapes} shapes; which belongs to which is not certain. Export it again.",
    ),
    "attributes_unreadable": _error(
        "属性表（.dbf）已损坏：{what}。请重新导出。", "The attribute table (.dbf) is damaged: {what}. Export it again."
    ),
    "rows_deleted": _warning(
        "属性表中有 {count} 行已标记删除，连同图形一起略过。",
        "{count} row(s) are marked as deleted in the table and left out with their shapes.",
    ),
    "field_name_cut": _warning(
        "字段名“{name}”在一个汉字中间被截断（Shapefile 字段名最多 10 字节）。",
        "The field name “{name}” was cut inside a character (a Shapefile's names have at most 10 bytes).",
    ),
    "text_cut": _warning(
        "字段“{field}”有 {count} 个值在汉字中间被截断，已去掉残缺的最后一个字。请核对。",
        "{count} value(s) of “{field}” were cut inside a character; the broken last one is left out. Check them.",
    ),
    "text_unreadable": _warning(
        "字段“{field}”有 {count} 个值含无法识别的字节，显示为 �。请核对编码。",
        "{count} value(s) of “{field}” hold bytes of no known character, shown as �. Check the encoding.",
    ),
    "encoding_contradicted": _warning(
        "文件声明的编码是 {declared}，但内容实际是 {found}，已按 {found} 读取。请核对文字。",
        "The file declares {declared}, but its text is {found} and was read as that. Check the words.",
    ),
    "attribute_unstorable": _warning(
        "有 {count} 个属性值含无法保存的字符，已替换为 �。", "{count} attribute value(s) held characters that cannot be stored, now �."
    ),
    "attributes_not_an_object": _warning(
        "有 {count} 个要素的属性不是键值对，已略过。", "{count} feature(s) have properties that are no object; they are left out."
    ),
    "field_name_repeated": _warning(
        "字段名“{name}”重复，后一个改名为“{renamed}”。", "The field name “{name}” repeats; the later one is called “{renamed}”."
    ),
    "row_length": _warning(
        "这一行有 {count} 列，表头有 {expected} 列。请检查是否多了或少了分隔符。",
        "This row has {count} columns, the header {expected}. Look for a missing or surplus separator.",
    ),
    "formula_text": _warning("“{text}”以公式符号开头，已按普通文字读取。", "“{text}” begins like a formula; it was read as plain text."),
}


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong, for a person and for a program."""

    code: str
    severity: Severity
    zh: str
    en: str
    feature_index: int | None = None
    """The feature's place in the file, from 0; None for the file as a whole."""
    other_indexes: tuple[int, ...] = ()
    """Further features involved."""
    position: Position | None = None
    """The spot: lon, lat in degrees, EPSG:4326."""
    area_m2: float | None = None
    width_m: float | None = None

    def sentence(self, language: Language) -> str:
        """What, where and what to do, in the person's language; features are counted from 1 there."""
        return self.zh if language == "zh" else self.en


def _shown(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return value if not isinstance(value, str) or len(value) <= 60 else value[:59] + "…"


def describe(
    code: str,
    feature_index: int | None = None,
    *,
    position: Position | None = None,
    other_indexes: tuple[int, ...] = (),
    area_m2: float | None = None,
    width_m: float | None = None,
    **words: Any,
) -> Defect:
    """A defect of the catalogue with its sentences filled; ``words`` that are numbers are shown with two decimals.

    Raises:
        KeyError: no such code, or a word that its sentence needs is missing.
    """
    entry = CATALOGUE[code]
    if area_m2 is not None:
        words["area_m2"] = area_m2
    if width_m is not None:
        words["width_m"] = width_m
    if code != "suspicious_datum":  # its sentences come whole
        words = {name: _shown(value) for name, value in words.items()}
    zh, en = entry.zh.format(**words), entry.en.format(**words)
    if position is not None:
        spot = f"{position[0]:.6f}, {position[1]:.6f}"
        zh, en = f"在 ({spot}) 处：{zh}", f"At ({spot}): {en}"
    return Defect(code, entry.severity, zh, en, feature_index, other_indexes, position, area_m2, width_m)
