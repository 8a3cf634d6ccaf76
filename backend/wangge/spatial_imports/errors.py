"""What can go wrong with imports. What is wrong with a file itself is in ``spatial_files.errors``.

ImportClosed           409  applied, withdrawn or being written: nothing can be changed any more
ImportNotReady         409  it still reads, asks, or has failed
ImportHasDefects       409  defects stand in the way
ImportInterrupted      503  kept: the server stopped while it read
ImportTooSlow          422  kept: reading took longer than one file may
ImportTooHeavy         422  kept: reading took more memory than one file may
ImportReadingFailed    500  kept: a mistake of ours, recorded
ImportFileGone         410  the stored file is not there any more
"""

from wangge.core.errors import WanggeError


class ImportClosed(WanggeError):
    """Applied, withdrawn, or being written right now."""

    code, status = "import_closed", 409
    zh = "这次导入已经写入、撤回或正在写入，不能再改动。如需再导入，请重新上传文件。"
    en = "This import has been written or withdrawn, or is being written, and cannot be changed. Upload the file again to import it again."


class ImportNotReady(WanggeError):
    """It is being read, waits for an answer, or has failed."""

    code, status = "import_not_ready", 409
    zh = "文件还没有检查完，或还有问题等待回答，暂时不能写入。请等检查完成后再试。"
    en = "The file is not checked yet, or a question is still open, so nothing can be written. Wait until the check is done."


class ImportHasDefects(WanggeError):
    """Errors in features that are neither repaired nor left out; ``features`` says how many."""

    code, status = "import_has_defects", 409
    zh = "还有 {features} 条要素存在错误。请同意修复、跳过这些要素，或改正文件后重新上传。"
    en = "{features} feature(s) still have errors. Agree to repairs, leave them out, or correct the file and upload it again."


class ImportInterrupted(WanggeError):
    """The server stopped while it read or wrote; nothing was written."""

    code, status = "import_interrupted", 503
    zh = "检查过程中服务器停止过，没有写入任何内容。文件还在，请点“重新检查”。"
    en = "The server stopped during the check; nothing was written. The file is kept: check it again."


class ImportTooSlow(WanggeError):
    """Reading took longer than one file may take."""

    code, status = "import_too_slow", 422
    zh = "检查用时超过 {limit_s} 秒，已停止，没有写入任何内容。请简化边界或拆分文件后重试。"
    en = "The check took longer than {limit_s} s and was stopped; nothing was written. Simplify the boundaries or split the file."


class ImportTooHeavy(WanggeError):
    """Reading took more memory than one file may take."""

    code, status = "import_too_heavy", 422
    zh = "检查这个文件需要的内存超过上限，已停止，没有写入任何内容。请拆分文件后重试。"
    en = "Checking this file needs more memory than allowed and was stopped; nothing was written. Split the file."


class ImportReadingFailed(WanggeError):
    """Our reader broke on this file; recorded in the log."""

    code, status = "import_reading_failed", 500
    zh = "检查这个文件时程序出错，已记录，没有写入任何内容。请换一种格式导出后重试，或联系管理员。"
    en = "Our reader failed on this file; this is recorded and nothing was written. Export it in another format, or tell the operator."


class ImportFileGone(WanggeError):
    """The stored file cannot be found under its hash."""

    code, status = "import_file_gone", 410
    zh = "保存的文件已不存在，请重新上传。"
    en = "The stored file is no longer there. Upload it again."
