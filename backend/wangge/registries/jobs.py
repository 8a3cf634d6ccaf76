"""What goes to the reading process and what comes back; both travel as MessagePack in a folder of their own."""

from typing import Any

import msgspec
from msgspec import Struct

from wangge.registries.schemas import ListAnswers

CHUNK_ROWS = 20_000
"""Rows of one transaction; also what is read again, at most, after a kill."""
COLUMNS = (
    "number",
    "severity",
    "problems",
    "raw",
    "row_key",
    "digest",
    "uscc",
    "registration_no",
    "name",
    "address",
    "contact_name",
    "contact_phone",
    "industry_code",
    "employees",
    "registered_on",
    "status",
    "division",
    "lon",
    "lat",
    "name_key",
    "core",
    "pinyin",
    "place",
    "address_key",
    "blocks",
)
"""Of a chunk's CSV, in this order."""


class ListJob(Struct, kw_only=True):
    """One list to read. ``remembered`` are columns by fingerprint of headings; ``done`` rows are stored already and passed over."""

    path: str
    answers: ListAnswers
    limits: dict[str, int]
    remembered: dict[str, dict[str, int]]
    cities: list[str]
    counties: list[str]
    done: int = 0


class ListFound(Struct, kw_only=True):
    """What reading came to: a refusal (``problem``, by language), a question or a whole report."""

    state: str
    report: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


encode = msgspec.msgpack.encode
decode_job = msgspec.msgpack.Decoder(ListJob).decode
decode_found = msgspec.msgpack.Decoder(ListFound).decode
