"""What can go wrong with the base map."""

from wangge.core.errors import WanggeError


class NoBaseMap(WanggeError):
    """The deployment has no base map, or it shows nothing of the caller's area."""

    code, status = "no_base_map", 404
    zh = "没有您这片区域的离线底图。地图照常可用；需要底图请联系系统管理员。"
    en = "There is no offline base map of your area. The map works without it; ask the operator for one."


class RangeUnsatisfiable(WanggeError):
    """The bytes asked for lie beyond the file's end."""

    code, status = "range_unsatisfiable", 416
    zh = "要求的字节超出了文件（共 {size} 字节）。请重新下载。"
    en = "The bytes asked for lie beyond the file ({size} bytes). Download it anew."
