"""The fonts that books are set in: Noto CJK (SIL Open Font License 1.1), as Debian's fonts-noto-cjk has them."""

import unicodedata
from functools import cached_property
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTCollection

from wangge.books.errors import BookFontMissing
from wangge.core.settings import REPOSITORY

FAMILIES = {"text": "Noto Serif CJK SC", "table": "Noto Sans CJK SC"}
FILES = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")
# What scripts/run unpacked where it may not install, and where distributions put the package's files.
FOLDERS = (
    REPOSITORY / ".cache" / "fonts" / "usr" / "share" / "fonts" / "opentype" / "noto", Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"), Path("/usr/share/fonts/google-noto-cjk"),
)  # fmt: skip


class Fonts:
    """A folder with the four files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def known(self) -> frozenset[int]:
        """The characters that both families have."""
        known: set[int] | None = None
        for name in (FILES[0], FILES[2]):
            with TTCollection(str(self.folder / name), lazy=True) as fonts:
                cmap = set(fonts.fonts[0].getBestCmap())
            known = cmap if known is None else known & cmap
        return frozenset(known or ())

    def only_known(self, value: Any) -> Any:
        """The same with every text's unknown characters written as their numbers: 〔U+1F600〕. Control characters become spaces."""
        if isinstance(value, str):
            if all(ord(sign) in self.known for sign in value):
                return value
            return "".join(self._sign(sign) for sign in value)
        if isinstance(value, dict):
            return {key: self.only_known(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.only_known(one) for one in value]
        return value

    def _sign(self, sign: str) -> str:
        if ord(sign) in self.known:
            return sign
        category = unicodedata.category(sign)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            return " "
        return "" if category in ("Cf", "Mn") else f"〔U+{ord(sign):04X}〕"


def find_fonts(given: Path | None) -> Fonts:
    """The fonts of the given folder, or of the first place that has all of them.

    Raises:
        BookFontMissing: nowhere.
    """
    for folder in (given,) if given else FOLDERS:
        if all((folder / name).is_file() for name in FILES):
            return Fonts(folder)
    raise BookFontMissing()
