-- Anomalies. A person's day is noted as due by whatever adds to it, in the same transaction, and looked at a little later in the
-- background; what is worked out there is in wangge/anomalies/rules.py.
create function note_anomaly_days() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into anomaly_days_due (person_id, on_day, noted_at)
    select person_id, (captured_at at time zone 'Asia/Shanghai')::date, clock_timestamp() from new_rows
    where kind in ('check_in.record', 'visit.record', 'evidence.announce') and outcome in ('applied', 'conflict') and captured_at is not null
    group by 1, 2 order by 1, 2
    on conflict (person_id, on_day) do update set noted_at = excluded.noted_at;
    return null;
end $$;
create trigger sync_operations_inserted_note_day after insert on sync_operations
referencing new table as new_rows for each statement execute function note_anomaly_days();
create trigger sync_operations_updated_note_day after update on sync_operations
referencing new table as new_rows for each statement execute function note_anomaly_days();

-- Keep a picture's fingerprint; what nobody may choose is whose picture it is.
create function keep_photo_hash(wanted uuid, hash bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into photo_hashes (evidence_id, dhash, quarter_1, quarter_2, quarter_3, quarter_4)
    select e.id, hash, (hash >> 48) & 65535, (hash >> 32) & 65535, (hash >> 16) & 65535, hash & 65535
    from evidence e join photo_hashes_due d on d.evidence_id = e.id where e.id = wanted
    on conflict (evidence_id) do nothing;
    if found then
        delete from photo_hashes_due d where d.evidence_id = wanted;
        insert into anomaly_days_due (person_id, on_day, noted_at)
        select e.person_id, (e.captured_at at time zone 'Asia/Shanghai')::date, clock_timestamp() from evidence e where e.id = wanted
        on conflict (person_id, on_day) do update set noted_at = excluded.noted_at;
    end if;
end $$;

-- A picture that has arrived waits for its fingerprint.
create function note_photo_arrived() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into photo_hashes_due (evidence_id)
    select n.id from new_rows n join old_rows o using (id)
    where n.copy_state = 'stored' and o.copy_state <> 'stored' and n.problem is null
    on conflict do nothing;
    return null;
end $$;
create trigger evidence_arrived_note_photo after update on evidence
referencing old table as old_rows new table as new_rows for each statement execute function note_photo_arrived();

create function photos_due(at_most int) returns table (evidence_id uuid, sha256 text)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.id, e.copy_sha256::text from photo_hashes_due d join evidence e on e.id = d.evidence_id order by d.noted_at limit at_most
$$;

-- A quarter of a fingerprint, and every one that differs from it in a single bit: two pictures that differ in at most seven of 64
-- bits have a quarter that differs in one at most.
create function quarter_and_near(quarter int) returns int[] language sql immutable as $$
    select quarter || array(select quarter # (1 << bit) from generate_series(0, 15) as bit)
$$;

-- Take the day that has waited longest, past others that are being looked at; the lock lasts until it has been kept.
create function take_anomaly_day() returns table (person_id uuid, on_day date, noted_at timestamptz)
language sql volatile security definer set search_path = public, pg_temp as $$
    select d.person_id, d.on_day, d.noted_at from anomaly_days_due d
    where d.noted_at < clock_timestamp() - make_interval(secs => (policy('anomaly_wait_s'))::int)
    order by d.noted_at limit 1 for update skip locked
$$;

-- What a person's phone saw on a day that is due; any other day is empty, so that this opens nothing to nobody.
create function anomaly_observations(wanted_person uuid, wanted_day date)
returns table (subject_kind text, subject_id uuid, body text, received_at timestamptz, source text, same_as uuid, similar_to uuid,
               similar_bits int)
language sql stable security definer set search_path = public, pg_temp as $$
    with lines as materialized (
        select o.kind, o.entity_id, o.body, o.received_at from sync_operations o
        where o.person_id = wanted_person and o.outcome in ('applied', 'conflict')
          and o.kind in ('check_in.record', 'visit.record', 'evidence.announce')
          and o.captured_at >= wanted_day::timestamp at time zone 'Asia/Shanghai'
          and o.captured_at < (wanted_day + 1)::timestamp at time zone 'Asia/Shanghai'
          and exists (select from anomaly_days_due d where d.person_id = wanted_person and d.on_day = wanted_day)
    )
    select 'check_in', c.id, l.body, l.received_at, null::text, null::uuid, null::uuid, null::int
    from lines l join check_ins c on c.id = l.entity_id where l.kind = 'check_in.record'
    union all
    select 'visit', v.id, l.body, l.received_at, null::text, null::uuid, null::uuid, null::int
    from lines l join visits v on v.id = l.entity_id where l.kind = 'visit.record'
    union all
    select 'evidence', e.id, l.body, l.received_at, e.source::text, same.id, alike.id, alike.bits
    from lines l join evidence e on e.id = l.entity_id
    left join photo_hashes h on h.evidence_id = e.id
    left join lateral (
        select x.id from evidence x
        where x.original_sha256 = e.original_sha256 and (x.received_at, x.id) < (e.received_at, e.id)
        order by x.received_at, x.id limit 1
    ) same on true
    left join lateral (
        -- pictures of one visit may well look alike
        select x.id, bit_count((n.dhash # h.dhash)::bit(64))::int as bits
        from photo_hashes n join evidence x on x.id = n.evidence_id
        where n.dhash is not null
          and (n.quarter_1 = any(quarter_and_near(h.quarter_1)) or n.quarter_2 = any(quarter_and_near(h.quarter_2))
               or n.quarter_3 = any(quarter_and_near(h.quarter_3)) or n.quarter_4 = any(quarter_and_near(h.quarter_4)))
          and x.subject_id <> e.subject_id and (x.received_at, x.id) < (e.received_at, e.id)
          and bit_count((n.dhash # h.dhash)::bit(64)) <= (policy('anomaly_similar_bits_max'))::int
        order by 2, x.received_at limit 1
    ) alike on h.dhash is not null
    where l.kind = 'evidence.announce'
$$;

-- Keep what a day came to: new anomalies, changed ones, and those that nothing speaks for any more. ``odd`` is
-- [{id, subject_kind, subject_id, score, reasons}].
create function keep_anomalies(wanted_person uuid, wanted_day date, seen_at timestamptz, odd jsonb) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from anomaly_days_due d where d.person_id = wanted_person and d.on_day = wanted_day) then
        return;
    end if;
    with said as (
        select (f->>'id')::uuid as id, f->>'subject_kind' as subject_kind, (f->>'subject_id')::uuid as subject_id,
               (f->>'score')::int as score, f->'reasons' as reasons
        from jsonb_array_elements(odd) f
    ),
    placed as (
        select s.*, t.employer_id, t.happened_at, t.grid_id, t.grid_path
        from said s
        join lateral (
            select c.employer_id, c.happened_at, c.grid_id, c.grid_path from check_ins c where s.subject_kind = 'check_in' and c.id = s.subject_id
            union all
            select v.employer_id, v.happened_at, v.grid_id, v.grid_path from visits v where s.subject_kind = 'visit' and v.id = s.subject_id
            union all
            select e.employer_id, e.captured_at, e.grid_id, e.grid_path from evidence e where s.subject_kind = 'evidence' and e.id = s.subject_id
        ) t on true
    )
    insert into anomalies (id, subject_kind, subject_id, person_id, employer_id, on_day, happened_at, score, reasons, grid_id, grid_path, note,
                           version)
    select id, subject_kind, subject_id, wanted_person, employer_id, wanted_day, happened_at, score, reasons, grid_id, grid_path, '', 1
    from placed
    on conflict (subject_id) do update
        set score = excluded.score, reasons = excluded.reasons, assessed_at = now(), version = anomalies.version + 1,
            conclusion = case when new_reasons(anomalies.reasons, excluded.reasons) then null else anomalies.conclusion end,
            reviewed_at = case when new_reasons(anomalies.reasons, excluded.reasons) then null else anomalies.reviewed_at end
        where anomalies.reasons is distinct from excluded.reasons or anomalies.score <> excluded.score;
    delete from anomalies a
    where a.person_id = wanted_person and a.on_day = wanted_day and a.conclusion is null
      and not exists (select from jsonb_array_elements(odd) f where (f->>'subject_id')::uuid = a.subject_id);
    -- what came in meanwhile is due again
    delete from anomaly_days_due d where d.person_id = wanted_person and d.on_day = wanted_day and d.noted_at = seen_at;
end $$;

-- Whether somebody who has judged the old reasons has not seen one of the new ones.
create function new_reasons(before jsonb, after jsonb) returns boolean language sql immutable as $$
    select exists (select r->>'code' from jsonb_array_elements(after) r except select r->>'code' from jsonb_array_elements(before) r)
$$;

-- An anomaly lies where its record lies.
create function anomalies_move() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update anomalies a set grid_id = n.grid_id, grid_path = n.grid_path
      from new_rows n join old_rows o using (id)
     where a.employer_id = n.id and o.grid_path <> n.grid_path;
    return null;
end $$;
create trigger employers_moved_move_anomalies after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function anomalies_move();

alter table anomalies enable row level security;
create policy scope on anomalies for select using (grid_path <@ (select app_scope()));
create policy review on anomalies for update using (grid_path <@ (select app_scope()));
alter table photo_hashes_due enable row level security;
alter table photo_hashes enable row level security;
alter table anomaly_days_due enable row level security;
grant select on anomalies to wangge_app;
grant update (conclusion, note, reviewed_by, reviewed_at, version) on anomalies to wangge_app;

revoke all on function keep_photo_hash(uuid, bigint), photos_due(int), take_anomaly_day(), anomaly_observations(uuid, date),
    keep_anomalies(uuid, date, timestamptz, jsonb) from public;
grant execute on function keep_photo_hash(uuid, bigint), photos_due(int), take_anomaly_day(), anomaly_observations(uuid, date),
    keep_anomalies(uuid, date, timestamptz, jsonb) to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('anomaly.read', 330, 'read', '查看异常记录', 'See anomalies', '看起来不合常理的签到、走访和照片及其原因', 'Check-ins, visits and photos that look odd, with reasons'),
 ('anomaly.review', 340, 'write', '核查异常记录', 'Review anomalies', '写明核查结论：有合理原因或属实', 'State the conclusion: explained or confirmed');
insert into role_rights (role, right_code) values
 ('city', 'anomaly.read'), ('county', 'anomaly.read'), ('street', 'anomaly.read'), ('auditor', 'anomaly.read'),
 ('city', 'anomaly.review'), ('county', 'anomaly.review'), ('street', 'anomaly.review');
insert into policies (key, valid_from, value, unit, source) values
 ('anomaly_weights', '2026-01-01',
  '{"teleport": 50, "frozen_position": 40, "clock_jump": 20, "ahead_of_time": 30, "gallery": 15, "same_file": 60, "similar_photo": 30}',
  'points of 100', 'deployment''s choice; docs/decisions/0020'),
 ('anomaly_shown_from', '2026-01-01', '20', 'points of 100', 'deployment''s choice: a photo from the gallery alone is no work item'),
 ('anomaly_speed_max_kmh', '2026-01-01', '150', 'km/h', 'deployment''s choice: above the 120 km/h of motorways (道路交通安全法实施条例 §78)'),
 ('anomaly_teleport_min_m', '2026-01-01', '1000', 'm', 'deployment''s choice: shorter ways are within a poor fix'),
 ('anomaly_frozen_fixes_min', '2026-01-01', '4', 'fixes', 'deployment''s choice; docs/decisions/0020'),
 ('anomaly_clock_jump_s', '2026-01-01', '300', 's', 'deployment''s choice; as clock_skew_max_s'),
 ('anomaly_similar_bits_max', '2026-01-01', '5', 'bits of 64, at most 7', 'deployment''s choice; docs/decisions/0020'),
 ('anomaly_wait_s', '2026-01-01', '20', 's', 'deployment''s choice: a push and its photos are looked at together');
