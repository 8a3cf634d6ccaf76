"""The tests' city at work, and what each person should see of its tables in the owner's own words."""

from typing import Any
from uuid import UUID

from factories import (
    CITY,
    COMMUNITIES,
    OUTSIDE,
    Owner,
    Someone,
    Territory,
    make_anomaly,
    make_book,
    make_check_in,
    make_designation,
    make_employer,
    make_entrustment,
    make_evidence,
    make_exam,
    make_exam_result,
    make_file_history,
    make_hand_over,
    make_import,
    make_incident,
    make_merge,
    make_own_power,
    make_patrol,
    make_pause,
    make_person,
    make_registry,
    make_standing,
    make_talk,
    make_track,
    make_visit,
    middle_of,
)

from wangge.core.clock import utc_now

ROLES = ("city", "county", "street", "community", "other_county", "other_street", "other_community")
READERS = ("city", "county", "street", "other_county", "other_street")
# Every scoped table, with what a person sees of it besides her subtree (in the owner's words; ``$2`` is the person).
BESIDES = {
    "grids": "false",
    "duties": "person_id = $2",
    "units": "$1::ltree[] <@ grid_path",
    "people": "$1::ltree[] <@ grid_path or id = $2",
    "employers": "id in (select employer_id from patrol_stops where assignee_id = $2 and is_open)",
    "patrols": "assignee_id = $2",
    "patrol_stops": "assignee_id = $2",
    "check_ins": "person_id = $2",
    "visits": "person_id = $2",
    "findings": "visit_id in (select id from visits where person_id = $2)",
    "evidence": "person_id = $2",
    "uploads": "person_id = $2",
    "talks": "person_id = $2",
    "talk_materials": "talk_id in (select id from talks where person_id = $2)",
    "incidents": "person_id = $2",
    "patrol_pauses": "person_id = $2",
    "tracks": "person_id = $2",
    "sync_operations": "person_id = $2",
    "operation_closings": "person_id = $2",
    "operation_retries": "person_id = $2",
    "changes": "channel = $2",
    "grid_tilings": "false",
    "grid_coverage": "false",
    "coverage_days": "false",
    "grid_versions": "false",
    "grid_changes": "false",
    "employer_moves": "from_path <@ $1::ltree[]",
    "intake_counters": "$1::ltree[] <@ grid_path",
    "unit_powers": "$1::ltree[] <@ grid_path",
    "employer_designations": "false",
    "entrustments": "$1::ltree[] <@ grid_path",
    "entrustment_employers": "false",
    "certificates": "person_id = $2",
    "training_plans": "$1::ltree[] <@ grid_path",
    "courses": "$1::ltree[] <@ grid_path",
    "exams": "$1::ltree[] <@ grid_path",
    "exam_results": "person_id = $2",
    "hand_overs": "false",
    "hand_over_items": "false",
    "spatial_imports": "false",
    "spatial_import_features": "false",
    "anomalies": "false",
    "employer_signals": "false",
    "key_list_entries": "employer_id in (select employer_id from patrol_stops where assignee_id = $2 and is_open)",
    "rating_rounds": "false",
    "ratings": "false",
    "rating_changes": "false",
    "rating_objections": "false",
    "employer_forms": "employer_id in (select employer_id from patrol_stops where assignee_id = $2 and is_open)",
    "employer_surveys": "person_id = $2",
    "employer_edits": "person_id = $2",
    "employer_versions": "false",
    "employer_conflicts": "false",
    "employer_merges": "false",
    "registry_imports": "false",
    "registry_import_rows": "false",
    "registry_rows": "false",
    "registry_mappings": "false",
    "match_candidates": "false",
    "match_decisions": "false",
    "books": "false",
    "kept_packages": "false",
}
KEYS = {"kept_packages": "grid_id", "grid_tilings": "parent_id", "grid_coverage": "grid_id", "coverage_days": "grid_id",
        "changes": "seq", "sync_operations": "op_id", "operation_closings": "op_id",
        "operation_retries": "op_id",
        "entrustment_employers": "employer_id", "employer_forms": "employer_id", "employer_edits": "op_id",
        "registry_import_rows": "import_id", "registry_mappings": "grid_id", "match_candidates": "subject_id",
        "spatial_import_features": "import_id", "talk_materials": "talk_id"}  # fmt: skip


async def set_to_work(owner: Owner, territory: Territory) -> Territory:
    """Employers, patrols, check-ins, visits, photos and journal everywhere."""
    async with owner.transaction():
        await _fill(owner, territory)
    await owner.execute("select keep_coverage(500)")
    return territory


async def _fill(owner: Owner, territory: Territory) -> None:
    people = territory.people
    await make_own_power(owner, territory.units[CITY], ["patrol"])
    for path, unit_id in territory.units.items():
        await owner.execute(
            "insert into intake_counters (id, unit_id, grid_path, valid_from) values (gen_random_uuid(), $1, $2::text::ltree, now())",
            unit_id, path,
        )  # fmt: skip
        if path.count(".") == 2:
            await make_entrustment(owner, territory.units[CITY], unit_id, path=path, matters=["patrol"])
    for path in COMMUNITIES:
        holder = next((p for p in people.values() if p.path == path), people["street"])
        for _ in range(2):
            await make_employer(owner, path, last_visited_at=utc_now())
        employer_id = await make_employer(owner, path)
        await make_designation(owner, employer_id, "key", people["city"].id)
        county = territory.units[".".join(path.split(".")[:2])]
        await make_entrustment(owner, territory.units[CITY], county, employer_ids=[employer_id], matters=["patrol"])
        patrol_id = await make_patrol(owner, holder, [employer_id], planned_by=people["city"].id)
        check_in_id = await make_check_in(owner, holder, employer_id, patrol_id=patrol_id, position=middle_of(path))
        visit_id = await make_visit(
            owner, holder, employer_id, patrol_id=patrol_id, check_in_id=check_in_id, findings=[("overtime", "minor")]
        )
        evidence_id = await make_evidence(owner, holder, employer_id, subject_kind="visit", subject_id=visit_id)
        await owner.execute(
            """insert into uploads (id, evidence_id, part, length, person_id, grid_path)
               values (gen_random_uuid(), $1, 'copy', 4, $2, $3::text::ltree)""",
            evidence_id, holder.id, path,
        )  # fmt: skip
        await make_anomaly(owner, holder, employer_id, check_in_id)
        await make_standing(owner, employer_id, holder.id)
        await make_file_history(owner, holder, employer_id)
        await make_merge(owner, employer_id, await make_employer(owner, path), people["city"].id, undone=True)
        await make_talk(owner, holder, employer_id, patrol_id=patrol_id)
        await make_incident(owner, holder, path)
        await make_pause(owner, holder, patrol_id)
        await make_track(owner, holder, patrol_id)
        await _journal(owner, holder, path)
        await owner.execute(
            """insert into grid_changes (id, kind, made_by, effective_on, grid_id, grid_path, note, summary)
               select gen_random_uuid(), 'rename', $1, current_date, id, path, '', '{}' from grids where path = $2::text::ltree""",
            people["city"].id, path,
        )  # fmt: skip
        await owner.execute(
            """insert into employer_moves (employer_id, moved_at, from_grid_id, from_path, grid_id, grid_path)
               select $1, now(), f.id, f.path, t.id, t.path from grids f, grids t
               where f.path = $2::text::ltree and t.path = $3::text::ltree""",
            employer_id, COMMUNITIES[COMMUNITIES.index(path) - 1], path,
        )  # fmt: skip
        exam_id = await make_exam(owner, path, people["city"].id)
        someone = await make_person(owner, path)
        await make_exam_result(owner, exam_id, someone, people["city"].id)
        await make_hand_over(owner, someone, people["city"].id, holder.id)
        await make_import(owner, path, people["city"].id)
        await make_registry(owner, path, people["city"].id, employer_id)
        await make_book(owner, path, people["city"].id)
        await owner.execute(
            """insert into kept_packages (grid_id, grid_path, made_for, tx, part, employers, last_id, is_last, crc, length, body)
               select id, path, 'a test', 1, 0, 1, id, true, 0, 0, '' from grids where path = $1::text::ltree""",
            path,
        )  # fmt: skip
    await make_employer(owner, None, position=OUTSIDE, name="境外单位")
    await make_employer(owner, None, position=None, name="无处可寻")
    await make_employer(owner, people["community"].path, review_state="waiting_review", registered_by=people["community"].id)
    # the supervisor of the far south-east is sent to the north-west for a day, and once was there before
    far = await make_employer(owner, people["community"].path, name="借调巡查单位")
    await make_patrol(owner, people["other_community"], [far], planned_by=people["city"].id)
    old = await make_employer(owner, people["community"].path, name="早已走完")
    await make_patrol(owner, people["other_community"], [old], planned_by=people["city"].id, status="finished")
    await make_visit(owner, people["other_community"], old)


async def _journal(owner: Owner, person: Someone, path: str) -> None:
    columns = {r[0] for r in await owner.fetch(
        """select column_name from information_schema.columns
           where table_name = 'sync_operations' and is_nullable = 'NO' and column_default is null"""
    )}  # fmt: skip
    values: dict[str, Any] = {
        "op_id": UUID(bytes=person.id.bytes[::-1]), "op_sha256": "0" * 64, "body": "{}", "kind": "test", "v": 1,
        "person_id": person.id, "session_id": person.id, "device_id": person.id, "captured_at": utc_now(), "outcome": "applied",
        "flags": [], "received_at": utc_now(), "entity_id": person.id, "device_seq": 1,
    }  # fmt: skip
    names = [c for c in columns if c != "grid_path"]
    marks = ", ".join(f"${i}" for i in range(1, len(names) + 1))
    sql = f"insert into sync_operations ({', '.join(names)}, grid_path) values ({marks}, ${len(names) + 1}::text::ltree)"
    await owner.execute(sql, *(values[n] for n in names), path)
    await owner.execute(
        """insert into operation_closings (person_id, op_id, op_sha256, how, reason, closed_by, grid_path)
           select person_id, op_id, op_sha256, 'closed', '重复', person_id, grid_path from sync_operations where person_id = $1""",
        person.id,
    )
    await owner.execute(
        """insert into operation_retries (id, person_id, op_id, op_sha256, outcome, retried_by, grid_path)
           select gen_random_uuid(), person_id, op_id, op_sha256, 'applied', person_id, grid_path
           from sync_operations where person_id = $1""",
        person.id,
    )


async def scope_of(owner: Owner, someone: Someone) -> list[str]:
    """The paths that a person should see, by the owner's own query."""
    if someone.role != "community":
        return [someone.path]
    return [r[0] for r in await owner.fetch("select grid_path::text from duties where person_id = $1", someone.id)]


async def owners_answer(owner: Owner, table: str, someone: Someone) -> set[Any]:
    """The keys that she should see of a table."""
    rows = await owner.fetch(
        f"select {KEYS.get(table, 'id')} from {table} where grid_path <@ $1::ltree[] or {BESIDES[table]}".replace(
            "grid_path", "path" if table in ("grids", "grid_versions") else "grid_path"
        ).replace("$1::ltree[]", "$1::text[]::ltree[]"),
        await scope_of(owner, someone),
        *([someone.id] if "$2" in BESIDES[table] else []),
    )
    return {r[0] for r in rows}
