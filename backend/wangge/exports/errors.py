"""What can go wrong with exports. What a format cannot hold is in ``spatial_files.errors``."""

from wangge.core.errors import WanggeError


class ExportTooLarge(WanggeError):
    """More features than one export may have."""

    code, status = "export_too_large", 422
    zh = "符合条件的有 {count} 条，一次最多导出 {limit} 条。请选择更小的网格后分次导出。"
    en = "{count} features match; one export holds at most {limit}. Choose a smaller grid and export in parts."
