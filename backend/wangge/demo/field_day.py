"""What the demo city's week held beside visits: talks, the ways walked, and two incidents that are over."""

from typing import Any

# Every other visit that publicised was a talk; topics and leaflets in turn.
TALKS = """
    insert into talks (id, employer_id, person_id, device_id, patrol_id, place, audience, people_count, topics, note, evidence_expected,
                       flags, captured_at, happened_at, received_at, grid_id, grid_path)
    select gen_random_uuid(), v.employer_id, v.person_id, v.device_id, v.patrol_id, '', v.people_met, 2 + v.n % 17,
           array[(array['wages', 'contracts', 'social_insurance', 'migrant_wages', 'work_injury'])[1 + v.n % 5], 'tips'],
           '发放宣传单页并讲解，现场答疑。', 0, '{}', v.captured_at + interval '8 minutes', v.happened_at + interval '8 minutes',
           v.received_at, v.grid_id, v.grid_path
    from (select *, row_number() over (order by happened_at, employer_id)::int as n from visits where 'publicise' = any(activities)) v
    where v.n % 2 = 0
"""
LEAFLETS = """
    insert into talk_materials (talk_id, kind, count, grid_path)
    select t.id, k.kind, k.count, t.grid_path from talks t
    cross join lateral (values ('leaflet', 5 + t.people_count), ('rights_card', t.people_count)) as k(kind, count)
"""
# A straight way from check-in to check-in; the phone's own points lie closer.
TRACKS = """
    insert into tracks (id, patrol_id, person_id, device_id, seq, geom, accuracies_m, walked_m, begins_at, ends_at, flags, received_at,
                        grid_path)
    select gen_random_uuid(), w.patrol_id, w.person_id, w.device_id, 0, w.line, array_fill(12::real, array[ST_NPoints(w.line)]),
           ST_Length(w.line::geography), w.began, w.ended, '{}', w.ended, p.grid_path
    from (select patrol_id, person_id, device_id, min(happened_at) as began, max(happened_at) as ended,
                 ST_SetSRID(ST_MakeLine(ST_MakePointM(ST_X(position), ST_Y(position), extract(epoch from happened_at))
                                         order by happened_at), 4326) as line
          from check_ins where patrol_id is not null and position is not null group by 1, 2, 3 having count(*) > 1) w
    join patrols p on p.id = w.patrol_id
"""
INCIDENTS = """
    insert into incidents (id, kind, severity, people_count, employer_id, place, note, person_id, device_id, position, accuracy_m,
                           evidence_expected, flags, captured_at, happened_at, received_at, status, acknowledged_at, acknowledged_by,
                           closed_at, closed_by, closing_note, version, grid_id, grid_path)
    select gen_random_uuid(), i.kind, i.severity, i.people, v.employer_id, '厂区大门', i.note, v.person_id, v.device_id, e.position, 15, 0,
           '{}', v.captured_at, v.happened_at, v.happened_at + interval '1 minute', 'closed', v.happened_at + interval '4 minutes', $1,
           v.happened_at + interval '3 hours', $1, i.closing, 3, v.grid_id, v.grid_path
    from (values (1, 'collective_wage', 'serious', 18, '十余名工人讨要两个月工资，情绪激动。', '公司当日支付工资，工人已离开，已立案。'),
                 (2, 'work_injury', 'normal', 1, '一名工人被设备夹伤手指，已送医。', '伤者已救治，督促单位三十日内申报工伤。')
         ) as i(n, kind, severity, people, note, closing)
    join (select *, row_number() over (order by happened_at desc, employer_id) as n from visits
          where grid_path <@ '370700.370783') v on v.n = i.n * 3
    join employers e on e.id = v.employer_id
"""


async def record_field_days(conn: Any) -> None:
    """Add to the week that ``record_history`` has recorded; the county took both incidents on and closed them."""
    county = await conn.fetchval("select person_id from accounts where login = 'county'")
    for sql in (TALKS, LEAFLETS, TRACKS):
        await conn.execute(sql)
    await conn.execute(INCIDENTS, county)
