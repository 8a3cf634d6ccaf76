"""What can go wrong with books.

BookNotReady       409  still being made, or failed
BookGone           410  its file is not there any more
BookQueueFull      429  too many are being made for one person
BookInterrupted    503  kept: the server stopped while it was made
BookTooSlow        422  kept: making took longer than a book may
BookFontMissing    500  kept: the machine has no Chinese font
BookMakingFailed   500  kept: a mistake of ours, recorded
"""

from wangge.core.errors import WanggeError


class BookNotReady(WanggeError):
    """It is being made, or could not be."""

    code, status = "book_not_ready", 409
    zh = "这一册还没有做好，或没有做成，暂时不能下载。请等做好后再试，或重新制作。"
    en = "This book is not made yet, or its making failed. Wait until it is ready, or make it again."


class BookGone(WanggeError):
    """The stored file cannot be found."""

    code, status = "book_gone", 410
    zh = "这一册的文件已不存在，请重新制作。"
    en = "The file of this book is no longer there. Make it again."


class BookQueueFull(WanggeError):
    """One person has as many under way as she may."""

    code, status = "book_queue_full", 429
    zh = "您已有 {waiting} 册正在制作，请等其中一册做好后再做下一册。"
    en = "{waiting} books of yours are being made; wait for one of them before you begin another."


class BookInterrupted(WanggeError):
    """The server stopped while it was made."""

    code, status = "book_interrupted", 503
    zh = "制作过程中服务器停止过，请重新制作。"
    en = "The server stopped while this book was made. Make it again."


class BookTooSlow(WanggeError):
    """Making took longer than a book may take."""

    code, status = "book_too_slow", 422
    zh = "制作用时超过 {limit_s} 秒，已停止。请改做下级网格的册子，或缩短走访的起止日期。"
    en = "Making took longer than {limit_s} s and was stopped. Make books of the grids below, or shorten the period."


class BookFontMissing(WanggeError):
    """No folder of fonts has the family that books are set in."""

    code, status = "book_font_missing", 500
    zh = "服务器没有安装中文字体，无法排版。请管理员安装 fonts-noto-cjk，或用 WANGGE_FONTS_DIR 指明字体所在的文件夹，然后重新制作。"
    en = "The server has no Chinese font to set a book in. The operator should install fonts-noto-cjk or point WANGGE_FONTS_DIR to it."


class BookMakingFailed(WanggeError):
    """Our program broke on this book; recorded in the log."""

    code, status = "book_making_failed", 500
    zh = "制作这一册时程序出错，已记录。请稍后重新制作；若仍不成功，请联系管理员。"
    en = "Our program failed on this book; this is recorded. Make it again later, or tell the operator."
