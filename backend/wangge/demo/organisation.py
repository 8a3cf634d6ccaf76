"""The demo city's powers, entrustments, counters and designated employers, as the notice divides them."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from wangge.core.ids import new_id
from wangge.entrustments.documents import store_of

CITY, START, END = "370700", date(2026, 1, 1), date(2027, 12, 31)
# The notice, 二(一): the city runs these itself; their districts and zones act by its entrustment. 经济开发区 has no grid yet.
CENTRAL = ("370702", "370703", "370704", "370705", "370772", "370700G1", "370700X1")
OWN_POWER = "劳动保障监察条例 §3；网格化监管通知 二(一)"
STREET_POWERS = ("collect", "publicise", "patrol", "investigate_preliminary")
DISTRICT_POWERS = ("accept_complaints", "review_documents", "inspect", "order_correction", "penalise")
STREET_MATTERS = ("wage_payment", "contracts", "social_insurance", "survey", "publicity", "patrol")
PUBLISHED = "潍坊市人力资源和社会保障局网站（演示）"
COUNTERS_ON = date(2026, 3, 1)

GIVE_POWERS = """
    insert into unit_powers (id, unit_id, grid_path, matter_code, basis, source, valid_from)
    select gen_random_uuid(), u.id, u.grid_path, m.code, 'own', $2, m.valid_from
    from units u cross join matters m where nlevel(u.grid_path) <= 2 and u.code <> all($1::text[])
"""
# One row for each agent: the principal is named by its code; the area is the agent's whole territory.
ENTRUST = """
    insert into entrustments (id, principal_id, principal_path, agent_id, agent_path, matters, powers, reach, grid_id, grid_path,
                              valid_from, valid_to, document_name, document_number, document_sha256, document_media_type,
                              document_bytes, published_on, published_where, overlap_reason, note, state, end_reason, version)
    select gen_random_uuid(), p.id, '', a.id, '', $3, $4, 'area', a.grid_id, '', $5, $6, $7,
           $8 || row_number() over (order by a.code) || '号', $9, 'application/pdf', $10, $5, $11, '', '', 'draft', '', 1
    from unnest($1::text[], $2::text[]) w(principal, agent) join units p on p.code = w.principal join units a on a.code = w.agent
"""
PUT_IN_FORCE = "update entrustments set state = 'in_force', put_in_force_at = now() where state = 'draft' and document_name <> $1"


def _pdf(title: str) -> bytes:
    """A one-page PDF that says what it is, in Latin letters (no font to embed)."""
    text = f"BT /F1 18 Tf 72 740 Td ({title}) Tj 0 -28 Td (Demo document, not a real entrustment) Tj ET".encode("ascii")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + table + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


async def _keep(data_dir: Path, title: str) -> tuple[str, int]:
    data = _pdf(title)
    sha256 = hashlib.sha256(data).hexdigest()
    source = data_dir / "documents" / f"demo-{sha256[:8]}"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(data)
    await store_of(data_dir).keep(source, sha256)
    source.unlink()
    return sha256, len(data)


async def _entrust(
    conn: Any, data_dir: Path, pairs: Sequence[tuple[str, str]], matters: Sequence[str], powers: Sequence[str], name: str, number: str,
    title: str, until: date = END,
) -> None:  # fmt: skip
    sha256, size = await _keep(data_dir, title)
    await conn.execute(
        ENTRUST,
        [p for p, _ in pairs],
        [a for _, a in pairs],
        list(matters),
        list(powers),
        START,
        until,
        name,
        number,
        sha256,
        size,
        PUBLISHED,
    )


async def load_organisation(conn: Any, data_dir: Path) -> None:
    """Powers of the city and of the seven other counties; the city's entrustments to districts, zones and their streets, the
    counties' to theirs; two zones whose entrustment ends soon or has ended; counters; non-local and key employers."""
    await conn.execute(GIVE_POWERS, list(CENTRAL), OWN_POWER)
    all_matters = [r[0] for r in await conn.fetch("select code from matters order by position")]
    ending, over = "370772", "370700X1"
    districts = [(CITY, code) for code in CENTRAL if code not in (ending, over)]
    name, number = "劳动保障监察委托书", "潍人社监委〔2026〕"
    await _entrust(conn, data_dir, districts, all_matters, DISTRICT_POWERS, name, number, "Entrustment: city to districts and zones")
    soon = await conn.fetchval("select china_today() + 20")
    await _entrust(conn, data_dir, [(CITY, ending)], all_matters, DISTRICT_POWERS, name, number + "滨", "Entrustment: city to a zone", soon)
    yesterday = await conn.fetchval("select greatest(china_today() - 27, date '2026-01-02')")
    await _entrust(
        conn, data_dir, [(CITY, over)], all_matters, DISTRICT_POWERS, name, number + "峡", "Entrustment: city to a zone", yesterday
    )
    streets = await conn.fetch(
        """select s.code, case when c.code = any($1::text[]) then $2 else c.code end as principal
           from units s join units c on c.id = s.parent_id where s.kind = 'street' order by s.code""",
        list(CENTRAL), CITY,
    )  # fmt: skip
    name = "街道（镇）劳动保障监察网格化管理委托书"
    for by_city, number in ((True, "潍人社监街委〔2026〕"), (False, "县人社监街委〔2026〕")):
        pairs = [(s["principal"], s["code"]) for s in streets if (s["principal"] == CITY) == by_city]
        await _entrust(conn, data_dir, pairs, STREET_MATTERS, STREET_POWERS, name, number, "Entrustment: to streets")
    await conn.execute(PUT_IN_FORCE, "")
    await conn.execute(
        """insert into intake_counters (id, unit_id, grid_path, valid_from)
           select gen_random_uuid(), id, grid_path, $1 from (select u.*, row_number() over (partition by parent_id order by code) as nth
           from units u where kind = 'street') u where nth <= 2""",
        COUNTERS_ON,
    )
    await _designate(conn)


async def _designate(conn: Any) -> None:
    """The forty largest employers are key; thirty others, spread evenly, have their head office elsewhere."""
    person = await conn.fetchval("select person_id from appointments where role = 'city' order by person_id limit 1")
    for kind, chosen, reason, source in (
        ("key", "order by employees desc nulls last, uscc limit 40", "用工人数居全市前列", "2026 年市级重点单位名单（演示）"),
        (
            "non_local",
            "and position is not null order by md5(uscc) limit 30",
            "总部注册在外地，在潍设点用工",
            "2026 年外地驻潍单位名单（演示）",
        ),
    ):
        rows = await conn.fetch(f"select id, grid_path::text from employers where true {chosen}")
        await conn.execute(
            """insert into employer_designations (id, employer_id, grid_path, kind, valid_from, reason, source, set_by)
               select i, e, p::ltree, $4, $5, $6, $7, $8 from unnest($1::uuid[], $2::uuid[], $3::text[]) t(i, e, p)""",
            [new_id() for _ in rows], [r["id"] for r in rows], [r["grid_path"] for r in rows], kind, START, reason, source, person,
        )  # fmt: skip
