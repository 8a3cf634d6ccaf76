"""Which bytes are which characters: UTF-8 or GB18030, as declared where that is true, and how it was decided."""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from wangge.spatial_files.errors import TextUndecodable

Basis = Literal["declared", "byte_order_mark", "asked", "detected", "plain_ascii"]

# GBK and its relatives are read with their superset, so that characters such as 岞 鄌 郚 are never lost.
_NAMES = {
    "utf8": "utf-8", "65001": "utf-8", "cp65001": "utf-8",
    "gbk": "gb18030", "936": "gb18030", "cp936": "gb18030", "ms936": "gb18030", "ansi936": "gb18030", "gb2312": "gb18030",
    "gb18030": "gb18030", "eucgb": "gb18030", "euccn": "gb18030", "hzgb2312": "gb18030", "54936": "gb18030",
    "950": "big5", "cp950": "big5", "big5": "big5",
    "iso88591": "latin-1", "88591": "latin-1", "latin1": "latin-1", "1252": "cp1252", "cp1252": "cp1252", "ansi1252": "cp1252",
    "windows1252": "cp1252", "usascii": "utf-8", "ascii": "utf-8", "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SHOWN = {"utf-8": "UTF-8", "gb18030": "GB18030 (GBK)", "big5": "Big5"}
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the text of a file was read."""

    name: str
    """Python's name of the codec."""
    basis: Basis
    declared: str | None = None
    """What the file says of itself, as written there."""
    contradicted: bool = False
    """The declaration did not hold and was not followed."""

    @property
    def shown(self) -> str:
        """Its name for people."""
        return SHOWN.get(self.name, self.name)


def codec_named(declared: str | None) -> str | None:
    """The codec for a declared name (.cpg, XML declaration, a person's choice); None when it means nothing to us."""
    if not declared:
        return None
    return _NAMES.get(re.sub(r"[^a-z0-9]", "", declared.strip().lower()[:40]))


def decode_text(
    data: bytes, declared: str | None = None, *, asked: str | None = None, is_utf8_by_rule: bool = False
) -> tuple[str, Encoding]:
    """A whole text file.

    Args:
        data: Its bytes.
        declared: What the file says of itself (XML declaration); not followed when it cannot be true.
        asked: What a person chose; followed.
        is_utf8_by_rule: The format is UTF-8 unless it says otherwise (JSON, XML): what can be UTF-8 is.

    Raises:
        TextUndecodable: neither the named encoding nor UTF-8 nor GB18030 fits.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _strict(data[len(mark) :] if codec == "utf-8" else data, codec), Encoding(codec, "byte_order_mark", declared)
    chosen = codec_named(asked)
    if chosen:
        return _strict(data, chosen), Encoding(chosen, "asked", declared)
    if data.isascii():
        return data.decode("ascii"), Encoding("utf-8", "plain_ascii", declared)
    named = codec_named(declared)
    found = best_codec([data], named or ("utf-8" if is_utf8_by_rule else None))
    return _strict(data, found), Encoding(found, "declared" if named == found else "detected", declared, named not in (None, found))


def _strict(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, UnicodeError) as exc:
        if codec == "utf-8" and getattr(exc, "start", 0) >= len(data) - 3:
            return data.decode("utf-8", "ignore")  # cut inside the last character; the parser says where it ends
        raise TextUndecodable() from exc


def decodes(value: bytes, codec: str) -> tuple[str, bool] | None:
    """The text, and whether a character cut off at the end was left out; None when the bytes do not fit the codec."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        text = decoder.decode(value)
    except UnicodeDecodeError:
        return None
    pending = decoder.getstate()[0]
    return text, bool(pending)


def best_codec(samples: Sequence[bytes], named: str | None = None) -> str:
    """The codec that the samples are in: a named one that holds, else UTF-8 or GB18030, whichever fits and reads as Chinese.

    A named codec is set aside when bytes contradict it, or when the samples are undoubtedly UTF-8 with Chinese in it.
    Returns ``utf-8`` when nothing fits, so that what can be read is read.
    """
    samples = [sample for sample in samples if not sample.isascii()]
    if not samples:
        return named or "utf-8"

    def share_of_chinese(codec: str) -> float | None:
        letters: list[str] = []
        for sample in samples:
            found = decodes(sample, codec)
            if found is None:
                return None
            letters.extend(match[0] for match in islice(_FOREIGN.finditer(found[0]), 2000))
        return sum(map(_is_chinese, letters)) / len(letters) if letters else 0.0

    utf8, gb = share_of_chinese("utf-8"), share_of_chinese("gb18030")
    if named and named not in ("utf-8", "gb18030") and share_of_chinese(named) is not None and utf8 is None:
        return named
    if utf8 is not None and (gb is None or utf8 >= 0.5 or utf8 >= gb or named == "utf-8"):
        return "utf-8"
    return "gb18030" if gb is not None else "utf-8"


def _is_chinese(char: str) -> bool:
    point = ord(char)
    return 0x4E00 <= point <= 0x9FFF or 0x3400 <= point <= 0x4DBF or 0x3000 <= point <= 0x303F or 0xFF00 <= point <= 0xFFEF


def storable(text: str) -> str:
    """The text with U+0000 and lone surrogates, which no database text may hold, shown as U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def folded(text: str) -> str:
    """For comparing names: full width to half width, lower case, no blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
