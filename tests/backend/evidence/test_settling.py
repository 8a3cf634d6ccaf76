"""An upload that another request settles in between, step by step; the sockets of ``test_uploads`` meet this only by chance."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from evidence_city import photo, sha256
from factories import WEST_NORTH_1, Owner, Territory, make_employer, make_evidence
from fixture_types import Acting
from litestar.types import HTTPRequestEvent
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.evidence.errors import UploadGone, UploadOffsetMismatch
from wangge.evidence.files import EvidenceFiles
from wangge.evidence.uploading import Acting as OneActing
from wangge.evidence.uploading import UploadState, begin_upload, receive_bytes, upload_state
from wangge.record_log.server_key import ServerKey

DATA = photo(7, (400, 300))
PhoneRequest = Callable[[OneActing, EvidenceFiles, ServerKey, UUID], Awaitable[UploadState]]


async def last_bytes() -> HTTPRequestEvent:
    return {"type": "http.request", "body": DATA, "more_body": False}


async def ask(acting: OneActing, files: EvidenceFiles, key: ServerKey, upload_id: UUID) -> UploadState:
    return await upload_state(acting, files, key, upload_id)


async def send(acting: OneActing, files: EvidenceFiles, key: ServerKey, upload_id: UUID) -> UploadState:
    return await receive_bytes(acting, files, key, upload_id, 0, last_bytes)


@pytest.mark.parametrize("request_of_phone", [ask, send])
@pytest.mark.parametrize("ending", ["stored", "swept"])
async def test_a_request_whose_upload_ends_meanwhile_hears_how_it_ended(
    owner: Owner, territory: Territory, acting: Acting, server_key: ServerKey, tmp_path: Path, request_of_phone: PhoneRequest, ending: str
) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)
    evidence_id = await make_evidence(owner, territory["community"], employer_id, copy=DATA, original=DATA)
    files, walker = EvidenceFiles(tmp_path), partial(acting, territory["community"])
    upload = await begin_upload(walker, files, server_key, evidence_id, "copy", len(DATA))
    partial_file = files.incoming.path(upload.id)

    @asynccontextmanager
    async def overtaken() -> AsyncIterator[tuple[AsyncSession, Actor]]:
        async with walker() as unit:
            yield unit
        if not partial_file.exists():
            return
        if ending == "stored":
            partial_file.write_bytes(DATA)
            await upload_state(walker, files, server_key, upload.id)
        partial_file.unlink(missing_ok=True)

    if ending == "swept":
        with pytest.raises(UploadGone):
            await request_of_phone(overtaken, files, server_key, upload.id)
    elif request_of_phone is ask:
        receipt = (await ask(overtaken, files, server_key, upload.id)).receipt
        assert receipt and receipt.sha256 == sha256(DATA)
    else:  # its offset is no longer the end; asking for the end then tells that all is stored
        with pytest.raises(UploadOffsetMismatch) as refused:
            await send(overtaken, files, server_key, upload.id)
        assert refused.value.fields == {"offset": len(DATA)}
