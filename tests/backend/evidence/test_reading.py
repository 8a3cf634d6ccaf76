"""Reading evidence: the very bytes, to those whose grids they lie in, written down; thumbnails upright and bare."""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from evidence_city import IMAGES, City, Server, eventually, photo, sha256
from PIL import Image, ImageChops, ImageOps, ImageStat

ORIENTED = ["orient_0_invalid.jpg", *(f"orient_{n}.jpg" for n in (1, 2, 3, 4, 6, 7, 8))]
GPS = [
    "gps_lat_91.jpg",
    "gps_no_ref.jpg",
    "gps_none.jpg",
    "gps_only_altitude.jpg",
    "gps_southwest.jpg",
    "gps_zero_zero.jpg",
]


def test_copy_and_original_come_back_as_sealed(server: Server, city: City) -> None:
    copy, original = photo(60), photo(61)
    evidence_id = city.announce(copy, original)
    server.upload(evidence_id, "copy", copy)
    server.upload(evidence_id, "original", original)
    for person in ("walker", "neighbour", "county"):
        for part, data in (("copy", copy), ("original", original)):
            answer = server.ask("GET", f"/api/evidence/{evidence_id}/{part}", person)
            assert (answer.status_code, sha256(answer.content)) == (200, sha256(data))
            assert answer.headers["content-type"] == "image/jpeg"
            assert (answer.headers.get("content-encoding"), answer.headers["content-length"]) == (None, str(len(data)))
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["etag"] == f'"{sha256(data)}"'
            assert {"private", "immutable"} <= set(answer.headers["cache-control"].split(", "))
            assert "cookie" in answer.headers["vary"].lower()  # the next person at this desk must ask for herself
            disposition = "inline" if part == "copy" else "attachment"
            assert answer.headers["content-disposition"] == f'{disposition}; filename="{evidence_id}-{part}.jpg"'


def test_outside_ones_grids_there_is_no_evidence(server: Server, city: City) -> None:
    data = photo(62)
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    for path in ("", "/copy", "/original", "/thumbnail"):
        answer = server.ask("GET", f"/api/evidence/{evidence_id}{path}", "stranger")
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found")
        assert server.ask("GET", f"/api/evidence/{evidence_id}{path}", headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_a_client_that_has_it_gets_no_bytes(server: Server, city: City) -> None:
    data = photo(63)
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    for path in ("copy", "thumbnail"):
        first = server.ask("GET", f"/api/evidence/{evidence_id}/{path}")
        again = server.ask("GET", f"/api/evidence/{evidence_id}/{path}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_every_read_of_the_bytes_is_in_the_audit_log(server: Server, city: City) -> None:
    data = photo(64)
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    server.upload(evidence_id, "original", data)
    for path in ("/copy", "/original", "/thumbnail", ""):
        server.ask("GET", f"/api/evidence/{evidence_id}{path}", "county")
    server.ask("GET", f"/api/evidence/{evidence_id}/copy", "stranger")
    lines = city.rows("select person_id, action, details from audit_log where subject_id = $1 order by id", evidence_id)
    assert [(line["person_id"], line["action"], line["details"]) for line in lines] == [
        (city.people["county"].id, "evidence_read", '{"part": "copy"}'),
        (city.people["county"].id, "evidence_read", '{"part": "original"}'),
    ]


def test_what_has_not_arrived_is_still_on_the_phone(server: Server, city: City) -> None:
    evidence_id = city.announce(photo(65))
    for path in ("copy", "original", "thumbnail"):
        answer = server.ask("GET", f"/api/evidence/{evidence_id}/{path}", "county")
        assert (answer.status_code, answer.json()["type"]) == (404, "evidence_not_arrived")
    read = server.ask("GET", f"/api/evidence/{evidence_id}", "county").json()
    assert (read["copy"]["state"], read["copy"]["stored_at"], read["thumbnail"]) == ("expected", None, False)


def test_bytes_that_the_store_lost_are_named_as_such(server: Server, city: City) -> None:
    data = photo(66)
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    server.stored(sha256(data)).unlink()
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/copy", "county")
    assert (answer.status_code, answer.json()["type"]) == (500, "evidence_bytes_missing")


@pytest.mark.parametrize("name", ["html_named.jpg", "svg_script.svg"])
@pytest.mark.parametrize("part", ["copy", "original"])
def test_a_page_in_a_photos_clothes_is_never_served_as_a_page(server: Server, city: City, name: str, part: str) -> None:
    data = (IMAGES / name).read_bytes()
    evidence_id = city.announce(data)
    server.upload(evidence_id, part, data)
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/{part}")
    assert answer.content == data
    assert answer.headers["content-type"] == ("image/jpeg" if part == "copy" else "application/octet-stream")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ORIENTED + GPS)
def test_a_thumbnail_is_upright_and_bare_and_the_evidence_untouched(server: Server, city: City, name: str) -> None:
    data = (IMAGES / name).read_bytes()
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail", "county")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    thumbnail = Image.open(io.BytesIO(answer.content))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    assert thumbnail.size == expected.size  # the fixtures are smaller than a thumbnail
    assert max(ImageStat.Stat(ImageChops.difference(thumbnail, expected)).mean) < 6
    assert not thumbnail.getexif() and b"Exif" not in answer.content
    assert server.stored(sha256(data)).read_bytes() == data


def test_a_large_photo_gets_a_small_thumbnail_without_its_metadata(server: Server, city: City) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8298] = 6, "maker", "somebody"
    data = photo(67, (1600, 1200), exif=exif, comment=b"a secret", icc_profile=b"not a profile")
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail")
    thumbnail = Image.open(io.BytesIO(answer.content))
    assert thumbnail.size == (240, 320)
    assert set(thumbnail.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).resize((240, 320), Image.Resampling.LANCZOS)
    assert max(ImageStat.Stat(ImageChops.difference(thumbnail, upright)).mean) < 8
    assert len(answer.content) < 40_000


def test_a_thumbnail_is_made_right_after_arrival_and_again_when_it_is_lost(server: Server, city: City) -> None:
    data = photo(68)
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    made = server.evidence_dir / "derived" / sha256(data)[:2] / sha256(data)[2:4] / f"{sha256(data)}-320.jpg"
    eventually(made.exists)
    eventually(lambda: city.evidence(evidence_id)["thumbnail_state"] == "made")
    made.unlink()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail", "county"), range(6)))
    assert {a.status_code for a in answers} == {200} and len({a.content for a in answers}) == 1
    assert made.read_bytes() == answers[0].content


def test_looking_at_images_does_not_hold_up_other_requests(server: Server, city: City) -> None:
    large = [photo(70 + n, (6000, 4000)) for n in range(2)]
    ids = [city.announce(data) for data in large]
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(server.upload, e, "copy", d) for e, d in zip(ids, large, strict=True)]
        slowest = 0.0
        while not all(r.done() for r in running):
            began = time.monotonic()
            server.ask("GET", "/api/health")
            slowest = max(slowest, time.monotonic() - began)
    assert slowest < 0.5
