"""Everything that ever happened to an employer: one list for its file at the desk and for the book that is printed of it."""

from collections.abc import Sequence
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.employer_files.repository import PERSON

# In the order in which one follows from another where they are of the same moment.
TimelineKind = Literal[
    "registered", "reviewed", "designation", "move", "check_in", "visit", "finding", "talk", "incident", "survey", "version", "evidence",
    "anomaly", "signal", "key_list", "rating", "conflict", "merge",
]  # fmt: skip
KINDS: tuple[TimelineKind, ...] = get_args(TimelineKind)

OF_FILES = "= any(cast(:ids as uuid[]))"
# Each by its index on the employer, under its own table's policy: id, at, person_id, employer_id, facts. What has several moments comes
# once for each of them, with ``act`` saying which.
PARTS: dict[TimelineKind, str] = {
    "registered": f"""
        select e.id::text as id, e.registered_at as at, e.registered_by as person_id, e.id as employer_id,
               jsonb_build_object('source', e.source, 'name', e.name) as facts
        from employers e where e.id {OF_FILES}""",
    "reviewed": f"""
        select e.id::text, e.reviewed_at, e.reviewed_by, e.id, jsonb_build_object('state', e.review_state, 'reason', e.review_reason)
        from employers e where e.id {OF_FILES} and e.reviewed_at is not null""",
    "designation": f"""
        select d.id || a.act, a.at, a.person_id, d.employer_id,
               jsonb_build_object('kind', d.kind, 'act', a.act, 'reason', a.reason, 'valid_from', d.valid_from, 'valid_to', d.valid_to)
        from employer_designations d
        cross join lateral (values ('set', d.set_at, d.set_by, d.reason), ('ended', d.ended_at, d.ended_by, d.end_reason))
            as a(act, at, person_id, reason)
        where d.employer_id {OF_FILES} and a.at is not null""",
    "move": f"""
        select m.id::text, m.moved_at, c.made_by, m.employer_id,
               jsonb_build_object('from', (select g.name from grids g where g.id = m.from_grid_id),
                                  'to', (select g.name from grids g where g.id = m.grid_id))
        from employer_moves m left join grid_changes c on c.id = m.change_id where m.employer_id {OF_FILES}""",
    "check_in": f"""
        select c.id::text, c.happened_at, c.person_id, c.employer_id,
               jsonb_build_object('distance_m', c.distance_m, 'is_on_site', c.is_on_site)
        from check_ins c where c.employer_id {OF_FILES}""",
    "visit": f"""
        select v.id::text, v.happened_at, v.person_id, v.employer_id,
               jsonb_build_object('note', v.note, 'activities', to_jsonb(v.activities), 'people_met', v.people_met)
        from visits v where v.employer_id {OF_FILES}""",
    "finding": f"""
        select f.id::text, v.happened_at, v.person_id, v.employer_id,
               jsonb_build_object('kind', f.kind, 'severity', f.severity, 'note', f.note)
        from visits v join findings f on f.visit_id = v.id where v.employer_id {OF_FILES}""",
    "talk": f"""
        select t.id::text, t.happened_at, t.person_id, t.employer_id,
               jsonb_build_object('topics', to_jsonb(t.topics), 'audience', t.audience, 'people_count', t.people_count, 'note', t.note)
        from talks t where t.employer_id {OF_FILES}""",
    "incident": f"""
        select i.id::text, i.happened_at, i.person_id, i.employer_id,
               jsonb_build_object('kind', i.kind, 'severity', i.severity, 'status', i.status, 'note', i.note)
        from incidents i where i.employer_id {OF_FILES}""",
    "survey": f"""
        select s.id::text, s.captured_at, s.person_id, s.employer_id,
               jsonb_build_object('filled_on', s.filled_on, 'filler', s.filler, 'problems', jsonb_array_length(s.problems))
        from employer_surveys s where s.employer_id {OF_FILES}""",
    "version": f"""
        select min(v.id)::text, max(v.changed_at), v.person_id, v.employer_id,
               jsonb_build_object('version', v.version, 'source', v.source,
                   'fields', (select jsonb_agg(distinct k) from employer_versions w cross join jsonb_object_keys(w.changes) k
                              where w.employer_id = v.employer_id and w.version = v.version and w.source = v.source))
        from employer_versions v where v.employer_id {OF_FILES} group by v.employer_id, v.version, v.source, v.person_id""",
    "evidence": f"""
        select (array_agg(v.id order by v.id))[1]::text, max(v.captured_at), v.person_id, v.employer_id,
               jsonb_build_object('subject_kind', v.subject_kind, 'photos', count(*))
        from evidence v where v.employer_id {OF_FILES} group by v.subject_kind, v.subject_id, v.person_id, v.employer_id""",
    "anomaly": f"""
        select a.id::text, a.happened_at, a.person_id, a.employer_id,
               jsonb_build_object('score', a.score, 'conclusion', a.conclusion, 'codes', jsonb_path_query_array(a.reasons, '$[*].code'))
        from anomalies a where a.employer_id {OF_FILES}""",
    "signal": f"""
        select s.id || a.act, a.at, a.person_id, s.employer_id,
               jsonb_build_object('zh', k.zh, 'en', k.en, 'act', a.act, 'note', a.note, 'since', s.since, 'until', s.until,
                                  'is_lasting', k.is_lasting, 'amount', s.amount, 'people', s.people, 'reference', s.reference)
        from employer_signals s join signal_kinds k on k.code = s.kind
        cross join lateral (values ('recorded', s.recorded_at, s.recorded_by, s.note), ('ended', s.ended_at, s.ended_by, s.end_note),
                                   ('withdrawn', s.withdrawn_at, s.withdrawn_by, s.withdrawn_why)) as a(act, at, person_id, note)
        where s.employer_id {OF_FILES} and a.at is not null""",
    "key_list": f"""
        select k.id || a.act, a.at, a.person_id, k.employer_id,
               jsonb_build_object('zh', r.zh, 'en', r.en, 'act', a.act, 'note', a.note, 'facts', k.facts - 'signals')
        from key_list_entries k join key_list_rules r on r.criterion = k.criterion and r.valid_from = k.rule_from
        cross join lateral (values ('entered', k.entered_at, null::uuid, ''),
                                   ('acknowledged', k.acknowledged_at, k.acknowledged_by, k.acknowledged_note),
                                   ('left', k.left_at, null, '')) as a(act, at, person_id, note)
        where k.employer_id {OF_FILES} and a.at is not null""",
    "rating": f"""
        select t.id || 'published', t.published_on::timestamp at time zone 'Asia/Shanghai', t.published_by, t.employer_id,
               jsonb_build_object('year', t.year, 'act', 'published', 'grade', t.grade, 'note', t.decision_reason)
        from ratings t where t.employer_id {OF_FILES} and t.published_on is not null
        union all
        select o.id || a.act, a.at, a.person_id, t.employer_id,
               jsonb_build_object('year', t.year, 'act', a.act, 'grade', o.new_grade, 'note', a.note)
        from ratings t join rating_objections o on o.rating_id = t.id
        cross join lateral (values ('objection', o.recorded_at, o.recorded_by, o.grounds),
                                   (o.decision, o.decided_at, o.decided_by, o.decision_reason)) as a(act, at, person_id, note)
        where t.employer_id {OF_FILES} and a.at is not null""",
    "conflict": f"""
        select k.id::text, coalesce(k.resolved_at, k.opened_at), k.resolved_by, k.employer_id,
               jsonb_build_object('field', k.field, 'resolved', k.resolved_at is not null, 'reason', k.reason)
        from employer_conflicts k where k.employer_id {OF_FILES}""",
    "merge": f"""
        select m.id::text, coalesce(m.undone_at, m.merged_at), coalesce(m.undone_by, m.merged_by), m.kept_id,
               jsonb_build_object('merged_id', m.merged_id, 'name', (select x.name from employers x where x.id = m.merged_id),
                                  'undone', m.undone_at is not null, 'reason', coalesce(nullif(m.undo_reason, ''), m.reason))
        from employer_merges m where m.kept_id {OF_FILES}""",
}


def _happened(kinds: Sequence[TimelineKind]) -> str:
    parts = [
        f"select '{kind}' as kind, {rank} as rank, p.* from ({PARTS[kind]}) p(id, at, person_id, employer_id, facts)"
        for rank, kind in enumerate(KINDS)
        if kind in kinds
    ]
    return " union all ".join(parts)


async def timeline(
    db: AsyncSession, ids: Sequence[UUID], kinds: Sequence[TimelineKind], page: int, page_size: int, *, newest_first: bool = True
) -> Page[dict[str, Any]]:
    """What happened of these kinds to these files: kind, id, at, person, employer_id, facts."""
    way = "desc" if newest_first else "asc"
    values = {"ids": list(ids), "limit": page_size, "offset": (page - 1) * page_size}
    total = await db.scalar(text(f"select count(*) from ({_happened(kinds)}) t"), {"ids": list(ids)})
    sql = f"""
        select t.kind, t.id, t.at, t.employer_id, t.facts,
               {PERSON.format(id="t.person_id")} as person
        from ({_happened(kinds)}) t order by t.at {way}, t.rank {way}, t.id {way} limit :limit offset :offset"""
    rows = [dict(r) for r in (await db.execute(text(sql), values)).mappings()]
    return Page(rows, total or 0, page, page_size)
