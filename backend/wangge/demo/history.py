"""A week of invented work for the demo city: patrols, check-ins, visits, findings, photos drawn here and marked as such."""

import hashlib
import io
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from wangge.core.clock import CHINA, china_day, utc_now
from wangge.core.ids import new_id

COUNTIES = ("370705", "370702", "370783")
DAYS = 7
STOPS_A_DAY = 5
SHARE_AT_WORK = 0.5
FINDINGS = (
    ("no_contract", "minor", "3 名新入职员工尚未签订劳动合同，已告知一个月内补签。"),
    ("no_insurance", "minor", "部分员工未参加工伤保险，负责人表示本月办理。"),
    ("wage_arrears", "major", "员工反映上月工资未发，已要求说明并上报街道。"),
    ("no_ledger", "note", "工资支付台账不完整，现场指导填写。"),
    ("overtime", "note", "旺季加班较多，已宣讲工时规定。"),
)
NOTES = (
    "用工情况正常，发放《劳动合同法》宣传页。",
    "负责人外出，由人事接待，信息已核对。",
    "已张贴维权告示牌，电话清晰。",
    "核对用工人数，与登记一致。",
)
MET = ("店长王女士", "人事专员小李", "负责人张经理", "车间主任老赵", "前台")
DEVICE = "00000000-0000-7000-8000-0000000000de"


def drawn_photo(title: str, seed: int) -> bytes:
    """A JPEG that stands for a photo of a shop front; plainly a drawing."""
    pick = random.Random(seed)  # noqa: S311  (a drawing, not a secret)
    image = Image.new("RGB", (1600, 1200), (205, 222, 235))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 820, 1600, 1200), fill=(176, 176, 170))
    wall = tuple(pick.randint(140, 215) for _ in range(3))
    draw.rectangle((220, 260, 1380, 900), fill=wall)
    draw.rectangle((220, 260, 1380, 390), fill=tuple(pick.randint(40, 150) for _ in range(3)))
    for x in range(300, 1300, 260):
        draw.rectangle((x, 470, x + 180, 700), fill=(225, 238, 244), outline=(90, 90, 90), width=6)
    draw.rectangle((700, 560, 900, 900), fill=(110, 80, 60))
    draw.text((240, 290), f"DEMO DRAWING {title}", fill=(255, 255, 255), font_size=64)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _store(evidence_dir: Path, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    target = evidence_dir / "store" / digest[:2] / digest[2:4] / digest
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.write_bytes(content)
        target.chmod(0o444)
    return digest


def _at(day: date, pick: random.Random, slot: int) -> datetime:
    return datetime.combine(day, time(8, 40), CHINA) + timedelta(minutes=slot * 42 + pick.randint(0, 18))


async def _insert(conn: Any, table: str, rows: list[dict[str, Any]], positions: bool = False) -> None:
    if not rows:
        return
    names = list(rows[0])
    columns = ", ".join(names)
    values = ", ".join(
        f"ST_SetSRID(ST_MakePoint((${i}::float8[])[1], (${i}::float8[])[2]), 4326)" if positions and n == "position"
        else f"${i}::text::ltree" if n == "grid_path" else f"${i}"
        for i, n in enumerate(names, 1)
    )  # fmt: skip
    await conn.executemany(f"insert into {table} ({columns}) values ({values})", [tuple(r[n] for n in names) for r in rows])


async def _workers(conn: Any) -> list[Any]:
    return list(
        await conn.fetch(
            """
            select d.person_id, array_agg(distinct d.grid_id) as grid_ids, min(subpath(d.grid_path, 0, 3)::text) as street_path,
                   count(e.id) as employers, bool_or(a.login = 'community') as is_demo
            from duties d
            join people p on p.id = d.person_id and p.kind = 'legal_supervisor'
            join accounts a on a.person_id = p.id
            join employers e on e.grid_id = d.grid_id
            where subpath(d.grid_path, 1, 1)::text = any($1)
            group by d.person_id having count(e.id) >= 1 order by d.person_id
            """,
            list(COUNTIES),
        )
    )


async def record_history(conn: Any, evidence_dir: Path) -> None:
    """Record a week of work up to yesterday for some supervisors; every third visit has photos, a few check-ins are odd."""
    pick = random.Random(20260101)  # noqa: S311
    today = china_day(utc_now())
    planner = await conn.fetchval("select person_id from accounts where login = 'county'")
    patrols: list[dict[str, Any]] = []
    stops: list[dict[str, Any]] = []
    check_ins: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    for worker in await _workers(conn):
        if not worker["is_demo"] and pick.random() > SHARE_AT_WORK:
            continue
        street = await conn.fetchrow("select id, path::text as path from grids where path = $1::text::ltree", worker["street_path"])
        employers = await conn.fetch(
            "select id, name, ST_X(position) as lon, ST_Y(position) as lat, grid_id, grid_path::text as grid_path from employers "
            "where grid_id = any($1) order by id",
            worker["grid_ids"],
        )
        rounds: dict[int, list[Any]] = {}
        for employer in pick.sample(list(employers), k=max(1, int(len(employers) * 0.6))):
            rounds.setdefault(pick.randint(1, DAYS), []).append(employer)
        for days_ago in sorted(rounds, reverse=True):
            day, round_ = today - timedelta(days=days_ago), rounds[days_ago][:STOPS_A_DAY]
            patrol_id, began = new_id(), _at(day, pick, 0)
            patrols.append({
                "id": patrol_id, "title": f"{day:%m月%d日}日常巡查", "note": "", "assignee_id": worker["person_id"], "planned_on": day,
                "planned_by": planner, "planned_at": began - timedelta(days=1), "status": "finished", "started_at": began,
                "finished_at": _at(day, pick, STOPS_A_DAY + 1), "closing_note": "", "grid_id": street["id"],
                "grid_path": street["path"], "version": 3,
            })  # fmt: skip
            for slot, employer in enumerate(round_):
                place = {"grid_id": employer["grid_id"], "grid_path": employer["grid_path"]}
                moment, off_site, vague = _at(day, pick, slot + 1), pick.random() < 0.06, pick.random() < 0.05
                jitter = 0.004 if off_site else 0.0003
                spot = [employer["lon"] + pick.uniform(-1, 1) * jitter, employer["lat"] + pick.uniform(-1, 1) * jitter]
                who = {"employer_id": employer["id"], "person_id": worker["person_id"], "device_id": DEVICE, "patrol_id": patrol_id}
                when = {
                    "captured_at": moment,
                    "happened_at": moment,
                    "received_at": moment + timedelta(minutes=pick.randint(1, 200)),
                }
                stops.append({"id": new_id(), "patrol_id": patrol_id, "employer_id": employer["id"], "seq": slot + 1,
                              "status": "visited", "assignee_id": worker["person_id"], "is_open": False,
                              "grid_path": employer["grid_path"]})  # fmt: skip
                flags = ["off_site"] * off_site + ["poor_accuracy"] * vague
                check_in_id, visit_id = new_id(), new_id()
                check_ins.append({"id": check_in_id, **who, "position": spot, "accuracy_m": 650.0 if vague else pick.uniform(5, 40),
                                  "age_s": 2.0, "is_on_site": not flags, "flags": flags, **when, **place})  # fmt: skip
                taken = pick.choice((0, 0, 1, 2))
                photos = [drawn_photo(f"{len(evidence) + n:04d}", len(evidence) + n) for n in range(taken)]
                found = pick.choice(FINDINGS) if pick.random() < 0.3 else None
                visits.append({"id": visit_id, **who, "check_in_id": check_in_id, "activities": ["collect", "publicise", "observe"],
                               "people_met": pick.choice(MET), "note": pick.choice(NOTES), "evidence_expected": len(photos),
                               "flags": [], **when, **place})  # fmt: skip
                if found:
                    findings.append({"id": new_id(), "visit_id": visit_id, "kind": found[0], "severity": found[1], "note": found[2],
                                     "grid_path": employer["grid_path"]})  # fmt: skip
                for photo in photos:
                    digest = _store(evidence_dir, photo)
                    evidence.append({
                        "id": new_id(), "subject_kind": "visit", "subject_id": visit_id, "employer_id": employer["id"],
                        "person_id": worker["person_id"], "device_id": DEVICE, "media_type": "image/jpeg", "source": "camera",
                        "copy_sha256": digest, "copy_bytes": len(photo), "copy_width": 1600, "copy_height": 1200,
                        "copy_state": "stored", "original_sha256": digest, "original_bytes": len(photo),
                        "original_state": "stored", "stored_at": when["received_at"], "thumbnail_state": "due",
                        "captured_at": moment, "received_at": when["received_at"], **place,
                    })  # fmt: skip
    await _insert(conn, "patrols", patrols)
    await _insert(conn, "patrol_stops", stops)
    await _insert(conn, "check_ins", check_ins, positions=True)
    await conn.execute(
        "update check_ins c set distance_m = ST_Distance(c.position::geography, e.position::geography) from employers e "
        "where e.id = c.employer_id and c.distance_m is null"
    )
    await _insert(conn, "visits", visits)
    await _insert(conn, "findings", findings)
    await _insert(conn, "evidence", evidence)


async def todays_patrol(conn: Any) -> None:
    """Give the demo supervisor a patrol for today, unless she has one: the employers of her grids seen longest ago."""
    demo = await conn.fetchrow(
        """
        select a.person_id, (select person_id from accounts where login = 'county') as planner
        from accounts a where a.login = 'community'
        """
    )
    if demo is None or await conn.fetchval(
        "select exists (select from patrols where assignee_id = $1 and planned_on = china_today() and status <> 'cancelled')",
        demo["person_id"],
    ):
        return
    employers = await conn.fetch(
        """
        select e.id, e.grid_path::text as grid_path from employers e join duties d on d.grid_id = e.grid_id and d.person_id = $1
        order by e.last_visited_at nulls first, ST_X(e.position), e.id limit $2
        """,
        demo["person_id"],
        STOPS_A_DAY + 1,
    )
    grid = await conn.fetchrow(
        "select g.id, g.path::text as path from grids g where g.path = subpath($1::text::ltree, 0, 3)", employers[0]["grid_path"]
    )
    patrol_id = new_id()
    await conn.execute(
        "insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, grid_id, grid_path, version) "
        "values ($1, '今日巡查', '先看从未走访的单位。', $2, china_today(), $3, 'planned', '', $4, $5::text::ltree, 1)",
        patrol_id, demo["person_id"], demo["planner"], grid["id"], grid["path"],
    )  # fmt: skip
    await conn.executemany(
        "insert into patrol_stops (id, patrol_id, employer_id, seq, status, assignee_id, is_open, grid_path) "
        "values ($1, $2, $3, $4, 'planned', $5, true, $6::text::ltree)",
        [(new_id(), patrol_id, e["id"], seq, demo["person_id"], e["grid_path"]) for seq, e in enumerate(employers, 1)],
    )
