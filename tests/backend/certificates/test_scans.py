"""Scans of certificates: kept by their hash, shown to those who may, and nothing but pictures and PDF."""

from uuid import UUID

import pytest
from factories import WEST_NORTH_1, Owner, Territory, make_certificate, make_person
from fixture_types import Client

PDF = b"%PDF-1.4 a scan"


async def test_a_scan_is_kept_and_read_by_those_of_the_scope(owner: Owner, territory: Territory, client: Client) -> None:
    certificate = await make_certificate(owner, await make_person(owner, WEST_NORTH_1, certified=False))
    http, path = client(territory["county"]), f"/api/certificates/{certificate}/scan"
    assert (await http.get(path)).status_code == 404

    kept = (await http.post(path, content=PDF, params={"version": 1, "name": "../证书 1.pdf"})).json()

    assert (kept["has_document"], kept["document_name"], kept["version"]) == (True, "证书 1.pdf", 2)
    read = await client(territory["street"]).get(path)
    assert (read.content, read.headers["content-type"]) == (PDF, "application/pdf")
    assert (await client(territory["other_county"]).get(path)).status_code == 404
    assert (await http.post(path, content=PDF, params={"version": 1})).json()["type"] == "version_stale"
    lines = await owner.fetch("select action from audit_log where subject_id = $1 order by id", UUID(str(certificate)))
    assert [r[0] for r in lines] == ["certificate_scan_attached", "certificate_scan_read"]


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ...", b"GIF89a"])
async def test_what_is_no_scan_is_not_kept(content: bytes, owner: Owner, territory: Territory, client: Client) -> None:
    certificate = await make_certificate(owner, await make_person(owner, WEST_NORTH_1, certified=False))

    answer = await client(territory["county"]).post(f"/api/certificates/{certificate}/scan?version=1", content=content)

    assert (answer.status_code, answer.json()["type"]) == (422, "scan_not_accepted")
