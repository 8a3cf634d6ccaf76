"""What can go wrong with the employer's file."""

from wangge.core.errors import WanggeError
from wangge.core.operations import EntityIdTaken
from wangge.core.problems import constraint_means


class FieldsDisputed(WanggeError):
    """Somebody else has said otherwise about the same field meanwhile; both are kept."""

    code, status = "fields_disputed", 409
    zh = "{fields_zh}：与别人同时填的内容不一致。两个说法都已保存，由街道兼职监察员核定，您不用重填。"
    en = "{fields_en}: somebody else said otherwise meanwhile. Both are kept and the street will choose; nothing to do again."


class FileMerged(WanggeError):
    """The file has become part of another."""

    code, status = "file_merged", 409
    zh = "这份档案已并入另一份，请到那一份里修改。"
    en = "This file has become part of another; make the change there."


class NothingToChange(WanggeError):
    """The file says so already."""

    code, status = "nothing_to_change", 409
    zh = "没有改动：档案里已经是这些内容。"
    en = "Nothing changes: the file says so already."


class MergeImpossible(WanggeError):
    """These two files cannot be made one."""

    code, status = "merge_impossible", 409
    zh = "这两份档案不能合并：同一份档案，或其中一份已并入别处。请刷新后再选。"
    en = "These two files cannot be merged: they are the same, or one has been merged already. Refresh and choose again."


class MergeUndone(WanggeError):
    """There is nothing left to undo."""

    code, status = "merge_undone", 409
    zh = "这次合并已经撤销过了。"
    en = "This merge has been undone already."


class ConflictSettled(WanggeError):
    """Somebody has chosen already."""

    code, status = "conflict_settled", 409
    zh = "这个冲突已经核定过了。"
    en = "This has been decided already."


constraint_means("pk_employer_surveys", EntityIdTaken)
constraint_means("pk_employer_edits", EntityIdTaken)
