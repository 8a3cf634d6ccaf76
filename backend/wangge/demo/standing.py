"""Signals about some of the demo supervisor's employers, so that the key supervision list has something to show."""

from typing import Any

SIGNALS = """
    insert into employer_signals (id, employer_id, kind, aspect, since, amount, people, source, reference, note, recorded_by, end_note,
                                  withdrawn_why, version, grid_path)
    select gen_random_uuid(), e.id, k.code, k.aspect, china_today() - s.days_ago, s.amount, s.people, 'desk', s.reference, s.note,
           (select person_id from accounts where login = 'county'), '', '', 1, e.grid_path
    from (values (1, 'complaint', 40, null::numeric, null::int, '投诉登记 2026-017', '加班费未付'),
                 (1, 'complaint', 6, null, null, '投诉登记 2026-031', '扣押工资'),
                 (2, 'wage_arrears', 75, 86000, 14, '12345 转办 2026-204', '项目停工后未结清工资'),
                 (3, 'collective_petition', 12, null, 23, '信访件 2026-009', '到街道集体反映欠薪'))
           as s(nth, kind, days_ago, amount, people, reference, note)
    join (select e.*, row_number() over (order by e.name, e.id) as nth from employers e
          where e.position is not null and e.grid_id in (
              select d.grid_id from duties d join accounts a on a.person_id = d.person_id where a.login = 'community')) e using (nth)
    join signal_kinds k on k.code = s.kind
"""


async def record_standing(conn: Any) -> None:
    """Record the signals, and look through all employers at once: a fresh city is a settled one."""
    await conn.execute(SIGNALS)
    await conn.execute("delete from key_list_sweeps")
    while await conn.fetchval("select key_list_sweep_next(1000)"):
        pass
    await conn.execute("delete from key_list_due")
