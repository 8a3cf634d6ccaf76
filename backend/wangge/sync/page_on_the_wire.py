"""A page of a pull as it travels: its own items and, behind them, those that were compressed when they were kept."""

import asyncio

import msgspec
from litestar import Response

from wangge.core.gzip_pieces import Piece, gzipped, piece, text_of
from wangge.sync.schemas import PullPage

# As quick as a page that is made for one phone must be; what is kept was given more time.
LEVEL = 5
# Bytes: below it a page is sent as it is.
WORTH_IT = 800
END = b"]}"


async def page_on_the_wire(page: PullPage, kept: list[Piece], takes_gzip: bool) -> Response[PullPage]:
    """The answer, compressed where the phone takes that. The page's items are its last field, so that more can stand behind them."""
    text = msgspec.json.encode(page)
    if not text.endswith(END):
        raise TypeError("the items of a page are its last field")
    if not kept and (len(text) < WORTH_IT or not takes_gzip):
        return _answer(text, {})
    head, commas = text[: -len(END)], [b"," if n or page.items else b"" for n in range(len(kept))]
    if not takes_gzip:
        texts = await asyncio.to_thread(lambda: [text_of(one) for one in kept])
        return _answer(b"".join([head, *[part for pair in zip(commas, texts, strict=True) for part in pair], END]), {})
    between = [piece(comma) for comma in commas]
    first = await asyncio.to_thread(piece, head, LEVEL)
    pieces = [first, *[part for pair in zip(between, kept, strict=True) for part in pair], piece(END)]
    return _answer(gzipped(pieces), {"content-encoding": "gzip"})


def _answer(body: bytes, headers: dict[str, str]) -> Response[PullPage]:
    return Response(body, media_type="application/json", headers={**headers, "vary": "Accept-Encoding"})  # type: ignore[arg-type]
