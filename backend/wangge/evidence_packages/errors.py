"""What keeps records from being taken out as a package."""

from wangge.core.errors import WanggeError


class PackageEmpty(WanggeError):
    """No phone has ever recorded anything about it."""

    code, status = "package_empty", 409
    zh = "没有可以导出的现场记录：所选单位或走访还没有手机上报的内容。"
    en = "There is nothing to take out: no phone has recorded anything about this yet."


class PackageTooLarge(WanggeError):
    """More operations than one package may hold."""

    code, status = "package_too_large", 413
    zh = "所选范围有 {operations} 条记录，超过一次导出的上限 {max} 条，请按走访分批导出。"
    en = "These are {operations} records, over the limit of {max} for one package; take them out by visits."
