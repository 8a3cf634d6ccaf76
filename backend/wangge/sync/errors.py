"""What can be wrong with an operation itself."""

from wangge.core.errors import WanggeError


class OperationUnreadable(WanggeError):
    """The text is not an operation at all."""

    code, status = "operation_unreadable", 422
    zh = "这条记录的格式无法读取，已原样保存，请联系技术支持。"
    en = "This record cannot be read; it is kept as it came. Ask support."


class KindUnknown(WanggeError):
    """A newer app's operation."""

    code, status = "kind_unknown", 422
    zh = "服务器还不认识这种记录（{kind} v{v}），可能是手机应用版本较新。已保存，服务器升级后处理。"
    en = "The server does not know this kind of record yet ({kind} v{v}). It is kept until the server is upgraded."


class OperationIdReused(WanggeError):
    """The same operation id came with other content."""

    code, status = "operation_id_reused", 409
    zh = "同一编号的记录内容不一致，两份都已保存，请联系街道核对。"
    en = "Two records came under one id with different content; both are kept. Ask your street office to compare them."


class OperationFailed(WanggeError):
    """The database would not take it, for a reason the catalogue does not know."""

    code, status = "operation_failed", 500
    zh = "服务器没能处理这条记录，已原样保存并通知技术支持。"
    en = "The server could not apply this record; it is kept as it came and support has been told."


class OperationNotOpen(WanggeError):
    """Nothing is left to do about an operation: it was applied, or is closed already."""

    code, status = "operation_not_open", 409
    zh = "这条记录已经入库或已经办结，不用再处理。"
    en = "This record has been applied or closed already; nothing is left to do about it."


class TooManyOperations(WanggeError):
    """More operations than one push may carry."""

    code, status = "too_many_operations", 413
    zh = "一次最多发送 {max} 条记录，请分批发送。"
    en = "At most {max} records at once; send them in parts."
