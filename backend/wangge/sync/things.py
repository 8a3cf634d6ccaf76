"""What phones are told of grids, patrols and employers, as the acting person may see them now."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from wangge.sync.schemas import PullItem

KindName = Literal["grid", "patrol", "employer"]

# What most employers do not have costs no bytes on the wire.
TOLD_IF_ANY = ("no_uscc_reason", "system_no", "note", "form", "grade", "key_list", "key_entries", "visit_due_on", "is_incomplete")
# What comes as JSON from the database goes out as it is.
RAW = {"form", "key_entries"}

# Degrees to six places, 0.1 m: no phone's fix is better, and the places beyond are most of what a package of employers would weigh.
POSITION = "array[round(ST_X(e.position)::numeric, 6)::float8, round(ST_Y(e.position)::numeric, 6)::float8]"

# Of the person's patrols, a phone holds the open ones and those of the last week.
ON_PHONE = "assignee_id = app_person() and (planned_on >= china_today() - 7 or status in ('planned', 'started'))"
READ: dict[KindName, str] = {
    "grid": """
        select id, code, name, level, path::text as path, parent_id, ST_AsGeoJSON(geom, 6)::text as geom,
               array[ST_X(label), ST_Y(label)] as label
        from grids where id = any($1::uuid[]) and valid_to is null""",
    "employer": f"""
        select e.id, e.name, e.uscc, e.no_uscc_reason, e.address, e.contact_name, e.contact_phone, e.industry_code, e.employees,
               case when e.position is not null then {POSITION} end as position, e.accuracy_m, e.grid_id,
               e.review_state, e.duplicate_of, e.last_visited_at, e.version, e.system_no, nullif(e.note, '') as note, e.grade,
               e.visit_due_on, not e.is_complete as is_incomplete,
               k.criteria as key_list, k.entries as key_entries,
               case when f.employer_id is not null then json_build_object(
                   'answers', f.answers, 'filled_on', f.filled_on, 'disputed', f.disputed, 'is_complete', e.is_complete)::text end as form
        from employers e left join employer_forms f on f.employer_id = e.id
        left join lateral (
            select array_agg(o.criterion order by o.criterion) as criteria,
                   json_agg(json_build_object('id', o.id, 'criterion', o.criterion, 'entered_on', o.entered_on,
                                              'facts', o.facts - 'signals', 'is_waiting', o.acknowledged_at is null)
                            order by o.entered_on, o.criterion) filter (where o.must_acknowledge)::text as entries
            from key_list_entries o where o.employer_id = e.id and o.left_on is null) k on e.on_key_list
        where e.id = any($1::uuid[])""",
    "patrol": f"""
        select p.id, p.title, p.planned_on, p.status, p.note, p.version, p.assignee_id,
               coalesce((select json_agg(json_build_object(
                                 'id', s.id, 'employer_id', s.employer_id, 'seq', s.seq, 'status', s.status, 'name', e.name,
                                 'position', case when e.position is not null
                                 then to_json({POSITION}) end) order by s.seq)
                         from patrol_stops s left join employers e on e.id = s.employer_id
                         where s.patrol_id = p.id), '[]')::text as stops
        from patrols p where p.id = any($1::uuid[]) and {ON_PHONE}""",
}
# Another form of an employer is another package.
FORM_OF_EMPLOYERS = READ["employer"] + " ".join(TOLD_IF_ANY)


def _wire(kind: KindName, row: Any) -> dict[str, Any]:
    data = dict(row)
    if kind == "grid":
        data["geom"] = msgspec.Raw(data["geom"].encode())
        data["own"] = True
    elif kind == "employer":
        data = {key: value for key, value in data.items() if value or key not in TOLD_IF_ANY}
        for key in RAW & data.keys():
            data[key] = msgspec.Raw(data[key].encode())
    elif kind == "patrol":
        data["stops"] = msgspec.Raw(data["stops"].encode())
    return data


async def things(conn: Any, kind: KindName, ids: list[UUID]) -> list[PullItem]:
    """These things as the acting person may see them now; what she may not see, or is gone, comes as an exit."""
    seen = {row["id"]: _wire(kind, row) for row in await conn.fetch(READ[kind], ids)}
    return [PullItem(kind, i, seen.get(i)) for i in ids]
