"""What can go wrong when the grids are changed."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class GridsDoNotTile(WanggeError):
    """A parent's grids would leave a gap, overlap, or reach beyond it; nothing was written."""

    code, status = "grids_do_not_tile", 409
    zh = "这样写入后，下级网格之间会有空隙或重叠，没有保存。请查看拼接检查报告，改正后再试。"
    en = "The grids below would leave gaps or overlap, so nothing was saved. See the tiling report, correct them and try again."


class GroundHasMoved(WanggeError):
    """Somebody changed these grids after the preview; carries what was changed since (``changes``)."""

    code, status = "ground_has_moved", 409
    zh = "您预览之后，这些网格已被调整过，没有保存。请重新预览。"
    en = "These grids were changed after your preview, so nothing was saved. Preview again."

    def __init__(self, changes: list[dict[str, str]] | None = None) -> None:
        super().__init__(changes=changes or [])


class ChangedSince(WanggeError):
    """A change cannot be undone because later ones touch the same grids; carries them (``changes``)."""

    code, status = "changed_since", 409
    zh = "之后还有 {count} 次调整涉及同样的网格，请先从最近的一次开始撤销。"
    en = "{count} later change(s) touch the same grids. Undo those first, the latest one first."


class AlreadyUndone(WanggeError):
    """The change has been undone."""

    code, status = "already_undone", 409
    zh = "这次调整已经撤销过了。"
    en = "This change has been undone already."


class UndoIsFinal(WanggeError):
    """An undoing is not undone."""

    code, status = "undo_is_final", 409
    zh = "撤销本身不能再撤销。如需恢复，请重新做一次那项调整。"
    en = "An undo cannot be undone itself. Make that change again instead."


class GridCodeTaken(WanggeError):
    """A current grid has the code already."""

    code, status = "grid_code_taken", 409
    zh = "图层里有编码已被其他网格使用，没有保存。请改正编码，或不填编码由系统编号。"
    en = "A code of the layer belongs to another grid, so nothing was saved. Correct it, or leave codes out to have them given."


class TooManyFeatures(WanggeError):
    """More grids than a browser edits at a time."""

    code, status = "too_many_features", 422
    zh = "这个网格下有 {count} 个网格，一次最多编辑 {max} 个。请选下一级的网格。"
    en = "There are {count} grids below this one; at most {max} are edited at a time. Choose a grid further down."


constraint_means("ck_grids_tile_parent", GridsDoNotTile)
constraint_means("ck_grids_as_previewed", GroundHasMoved)
constraint_means("uq_grids_code_current", GridCodeTaken)
