"""What can be asked of the record log in vain."""

from wangge.core.errors import WanggeError


class NotInLogYet(WanggeError):
    """What was asked about is not among the entries of a tree of that size."""

    code, status = "not_in_log_yet", 404
    zh = "存证日志中还没有这条内容，通常几秒后即可查到。"
    en = "The record log has no such entry yet; it usually has within a few seconds."


class TreeSizeUnknown(WanggeError):
    """No tree of that size: the log has ``tree_size`` entries."""

    code, status = "tree_size_unknown", 422
    zh = "存证日志没有这个长度（现有 {tree_size} 条）。"
    en = "The record log has no such size; it has {tree_size} entries."
