-- The key supervision list (重点监管). Which criteria an employer meets on a day is one function of its facts and of that day's rules
-- (key_list_holds); what changed is noted as due in the same transaction and looked at a little later, what a desk does at once; and
-- every employer once a day, for days pass too. Entries are opened and closed, never removed.

insert into key_list_rules (criterion, valid_from, seq, notice_item, is_active, must_acknowledge, params, zh, en, reading_zh, reading_en, leaves_zh, leaves_en, source) values
 ('unsupervised', '2026-01-01', 10, 1, true, false, '{"newly_opened_for": "90 days"}', '新开办或尚未纳入监管', 'Newly opened or not yet supervised',
  '建档后从未走访的，视为尚未纳入监管；登记成立日期的，自成立之日起 90 日内为新开办。',
  'Never visited since it is on file; or, where its day of opening is on record, within 90 days of it.',
  '首次走访后，且新开办期满次日，移出。', 'Leaves after its first visit, and not before the 90 days are over.',
  '通知 二(四)4；90 日为本地取值，docs/decisions/0025'),
 ('wage_arrears', '2026-01-01', 20, 2, true, true, '{"kind": "wage_arrears", "for_at_least": "60 days"}', '拖欠工资两个月以上', 'Wages two months in arrears',
  '两个月按 60 日计，含第 60 日；起算日不计（民法典 §201）。要按日历月计算，改为“2 months”。',
  'Two months are 60 days, the 60th included, the first day not counted (Civil Code §201). For calendar months write "2 months".',
  '欠款结清之日移出。', 'Leaves on the day on which the arrears are settled.',
  '通知 二(四)4；60 日为本地读法，docs/decisions/0025'),
 ('premium_arrears', '2026-01-01', 30, 2, true, true, '{"kind": "premium_arrears", "for_at_least": "60 days"}', '欠缴社会保险费两个月以上', 'Premiums two months in arrears',
  '两个月按 60 日计，含第 60 日；起算日不计（民法典 §201）。要按日历月计算，改为“2 months”。',
  'Two months are 60 days, the 60th included, the first day not counted (Civil Code §201). For calendar months write "2 months".',
  '欠费缴清之日移出。', 'Leaves on the day on which the arrears are settled.',
  '通知 二(四)4；60 日为本地读法，docs/decisions/0025'),
 ('complaints', '2026-01-01', 40, 3, true, true, '{"kind": "complaint", "at_least": 2, "within": "365 days"}', '一年内被投诉两次以上', 'Two complaints within a year',
  '一年按 365 日计，含第 365 日；起算日不计（民法典 §201）。“以上”含本数。撤销的投诉不计。',
  'A year is 365 days, the 365th included, the first day not counted (Civil Code §201). Withdrawn complaints do not count.',
  '近 365 日内不足两次之日移出。', 'Leaves on the day on which fewer than two lie within the last 365 days.',
  '通知 二(四)4；365 日为本地读法，docs/decisions/0025'),
 ('collective_petition', '2026-01-01', 50, 3, true, true, '{"kind": "collective_petition", "at_least": 1, "within": "365 days"}', '发生集体上访', 'A collective petition',
  '发生一次即列入；通知未写明列入多久，按 365 日计。', 'One is enough; the notice does not say for how long, so 365 days.',
  '最近一次满 365 日的次日移出。', 'Leaves on the day after 365 days since the last one.',
  '通知 二(四)4；365 日为本地取值，docs/decisions/0025'),
 ('low_grade', '2026-01-01', 60, 4, true, true, '{"from_grade": "C"}', '诚信等级 C 级以下', 'Graded C or below',
  '“以下”含 C 级；以最近一次公布的等级为准。', 'C included; the last published grade counts.',
  '公布的等级升至 C 级以上之日移出。', 'Leaves on the day on which a better grade is published.', '通知 二(四)4');

-- The place of a grade in the scale of a day, 1 for the best; null for a grade that it does not have.
create function grade_rank(wanted text, on_day date) returns int
language sql stable set search_path = public, pg_temp as $$
    select g.nth::int
    from (select grades from rating_scales where valid_from <= on_day order by valid_from desc limit 1) s,
         jsonb_array_elements(s.grades) with ordinality g(one, nth)
    where g.one ->> 'grade' = wanted
$$;

-- Which criteria these employers meet on a day, and the facts that say so. No fact is counted before its day.
create function key_list_holds(wanted uuid[], on_day date) returns table (employer_id uuid, criterion text, rule_from date, facts jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    with rules as materialized (
        select * from (select distinct on (r.criterion) r.criterion::text as criterion, r.valid_from, r.params, r.is_active from key_list_rules r
                       where r.valid_from <= on_day order by r.criterion, r.valid_from desc) newest
        where is_active
    ),
    filed as materialized (
        select e.id, e.grade, (e.registered_at at time zone 'Asia/Shanghai')::date as filed_on,
               (e.last_visited_at at time zone 'Asia/Shanghai')::date as visited_on
        from employers e where e.id = any(wanted) and e.review_state <> 'returned'
    ),
    said as materialized (
        select s.employer_id, s.id, s.kind, s.since, s.until, s.amount, s.people from employer_signals s
        where s.employer_id = any(wanted) and s.withdrawn_at is null and s.since <= on_day
    )
    select f.id, r.criterion, r.valid_from, jsonb_strip_nulls(jsonb_build_object(
        'filed_on', case when f.visited_on is null or f.visited_on > on_day then f.filed_on end, 'opened_on', o.opened_on))
    from filed f join rules r on r.criterion = 'unsupervised'
    left join lateral (select max(s.since) as opened_on from said s where s.employer_id = f.id and s.kind = 'opened'
                       and s.since + (r.params ->> 'newly_opened_for')::interval >= on_day) o on true
    where f.visited_on is null or f.visited_on > on_day or o.opened_on is not null
    union all
    select f.id, r.criterion, r.valid_from, jsonb_strip_nulls(jsonb_build_object(
        'since', min(s.since), 'amount', sum(s.amount), 'people', max(s.people), 'signals', jsonb_agg(s.id order by s.since, s.id)))
    from rules r join said s on s.kind = r.params ->> 'kind' join filed f on f.id = s.employer_id
    where r.params ? 'for_at_least' and s.since + (r.params ->> 'for_at_least')::interval <= on_day and (s.until is null or s.until > on_day)
    group by f.id, r.criterion, r.valid_from
    union all
    select f.id, r.criterion, r.valid_from, jsonb_build_object(
        'count', count(*), 'first', min(s.since), 'last', max(s.since), 'signals', jsonb_agg(s.id order by s.since, s.id))
    from rules r join said s on s.kind = r.params ->> 'kind' join filed f on f.id = s.employer_id
    where r.params ? 'within' and s.since + (r.params ->> 'within')::interval >= on_day
    group by f.id, r.criterion, r.valid_from, (r.params ->> 'at_least')::int
    having count(*) >= (r.params ->> 'at_least')::int
    union all
    select f.id, r.criterion, r.valid_from, jsonb_build_object('grade', f.grade)
    from filed f join rules r on r.criterion = 'low_grade'
    where f.grade is not null and grade_rank(f.grade, on_day) >= grade_rank(r.params ->> 'from_grade', on_day)
$$;

-- Of these employers, those whose open entries are not what holds on a day.
create function key_list_differs(wanted uuid[], on_day date) returns uuid[]
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(distinct coalesce(h.employer_id, k.employer_id)), '{}')
    from key_list_holds(wanted, on_day) h
    full join (select * from key_list_entries where employer_id = any(wanted) and left_on is null) k
      on k.employer_id = h.employer_id and k.criterion = h.criterion
    where h.employer_id is null or k.employer_id is null or h.facts <> k.facts
$$;

-- Bring these employers' entries to what holds on a day; the number of employers that this changed. Locked in the order of ids, as
-- pushes lock them, and read only afterwards.
create function key_list_evaluate(wanted uuid[], on_day date) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    differing uuid[];
    came int;
    departed int;
begin
    perform from employers where id = any(wanted) order by id for no key update;
    differing := key_list_differs(wanted, on_day);
    if cardinality(differing) = 0 then
        return 0;
    end if;
    with holds as materialized (select * from key_list_holds(differing, on_day)),
    gone as (
        update key_list_entries k
           set left_on = greatest(on_day, k.entered_on), left_at = now(), version = k.version + 1,
               left_why = case when e.review_state = 'returned' then 'file_returned'
                               when not (select r.is_active from key_list_rules r where r.criterion = k.criterion and r.valid_from <= on_day
                                         order by r.valid_from desc limit 1) then 'rule_ended'
                               else 'condition_ended' end
          from employers e
         where k.employer_id = any(differing) and k.left_on is null and e.id = k.employer_id
           and not exists (select from holds h where h.employer_id = k.employer_id and h.criterion = k.criterion)
        returning 1
    ),
    more as (
        update key_list_entries k set facts = h.facts, version = k.version + 1
          from holds h
         where k.employer_id = h.employer_id and k.criterion = h.criterion and k.left_on is null and k.facts <> h.facts
        returning 1
    ),
    fresh as (
        insert into key_list_entries (id, employer_id, criterion, rule_from, must_acknowledge, facts, entered_on, acknowledged_note, version, grid_path)
        select gen_random_uuid(), h.employer_id, h.criterion, h.rule_from, r.must_acknowledge, h.facts, on_day, '', 1, e.grid_path
        from holds h join employers e on e.id = h.employer_id
        join key_list_rules r on r.criterion = h.criterion and r.valid_from = h.rule_from
        where not exists (select from key_list_entries k where k.employer_id = h.employer_id and k.criterion = h.criterion and k.left_on is null)
        returning 1
    )
    select (select count(*) from fresh), (select count(*) from gone) into came, departed from (select count(*) from more) as counted;
    if came + departed > 0 then
        perform audit('key_list_evaluated', 'employer', case when cardinality(differing) = 1 then differing[1] end,
                      jsonb_build_object('on_day', on_day, 'entered', came, 'left', departed, 'employers', cardinality(differing)));
    end if;
    return cardinality(differing);
end $$;

-- An employer's own columns follow its entries; that its row is written also tells the phones that carry it.
create function key_list_to_employers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employers e
       set on_key_list = exists (select from key_list_entries k where k.employer_id = e.id and k.left_on is null)
     where e.id in (select employer_id from new_rows);
    return null;
end $$;
create trigger key_list_entries_inserted_to_employers after insert on key_list_entries
referencing new table as new_rows for each statement execute function key_list_to_employers();
create function key_list_left_to_employers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employers e
       set on_key_list = exists (select from key_list_entries k where k.employer_id = e.id and k.left_on is null)
     where e.id in (select n.employer_id from new_rows n join old_rows o using (id) where n.left_on is distinct from o.left_on
                    union
                    select n.employer_id from new_rows n join old_rows o using (id) where n.acknowledged_at is distinct from o.acknowledged_at);
    return null;
end $$;
create trigger key_list_entries_updated_to_employers after update on key_list_entries
referencing old table as old_rows new table as new_rows for each statement execute function key_list_left_to_employers();

-- What may change an employer's place on the list is noted as due.
create function note_key_list_due() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'employer_signals' then
        insert into key_list_due (employer_id, noted_at)
        select n.employer_id, clock_timestamp() from (select distinct employer_id from new_rows) n order by 1
        on conflict (employer_id) do update set noted_at = excluded.noted_at;
    elsif tg_op = 'INSERT' then
        insert into key_list_due (employer_id, noted_at) select n.id, clock_timestamp() from new_rows n order by 1
        on conflict (employer_id) do update set noted_at = excluded.noted_at;
    else
        insert into key_list_due (employer_id, noted_at)
        select n.id, clock_timestamp() from new_rows n join old_rows o using (id)
        where o.grade is distinct from n.grade or o.review_state <> n.review_state or (o.last_visited_at is null) <> (n.last_visited_at is null)
        order by 1
        on conflict (employer_id) do update set noted_at = excluded.noted_at;
    end if;
    return null;
end $$;
create trigger employer_signals_inserted_note_due after insert on employer_signals
referencing new table as new_rows for each statement execute function note_key_list_due();
create trigger employer_signals_updated_note_due after update on employer_signals
referencing new table as new_rows for each statement execute function note_key_list_due();
create trigger employers_inserted_note_key_list_due after insert on employers
referencing new table as new_rows for each statement execute function note_key_list_due();
create trigger employers_updated_note_key_list_due after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function note_key_list_due();

-- Look at the employers that have waited longest; how many they were. An employer that somebody holds right now waits for the next
-- round: taken in this order (file, then note), nobody ever waits for another in a circle.
create function key_list_take_due(at_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    taken uuid[];
begin
    taken := array(
        select e.id from key_list_due d join employers e on e.id = d.employer_id
        where d.noted_at < clock_timestamp() - make_interval(secs => (policy('key_list_wait_s'))::int)
        order by d.noted_at limit at_most for no key update of e skip locked);
    delete from key_list_due d where d.employer_id = any(taken);
    perform key_list_evaluate(taken, china_today());
    return cardinality(taken);
end $$;

-- One employer of the acting scope, at once: what a desk records shows in its answer.
create function key_list_look_at(wanted uuid) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    perform from employers where id = wanted and grid_path <@ app_scope() for no key update;
    if found then
        delete from key_list_due d where d.employer_id = wanted;
        perform key_list_evaluate(array[wanted], china_today());
    end if;
end $$;

-- Today's looking through all employers, a stretch at a time; how many were looked at, 0 when today's is done or in other hands.
create function key_list_sweep_next(at_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    sweep key_list_sweeps;
    stretch uuid[];
    altered int;
begin
    insert into key_list_sweeps (on_day, after_id, looked_at, changed)
    select china_today(), '00000000-0000-0000-0000-000000000000', 0, 0
    where not exists (select from key_list_sweeps s where s.on_day = china_today())
    on conflict do nothing;
    select s.* into sweep from key_list_sweeps s where s.on_day = china_today() and s.done_at is null for update skip locked;
    if not found then
        return 0;
    end if;
    stretch := array(select e.id from employers e where e.id > sweep.after_id order by e.id limit at_most);
    altered := key_list_evaluate(key_list_differs(stretch, sweep.on_day), sweep.on_day);
    update key_list_sweeps s
       set after_id = coalesce(stretch[cardinality(stretch)], s.after_id), looked_at = s.looked_at + cardinality(stretch),
           changed = s.changed + altered, done_at = case when cardinality(stretch) < at_most then clock_timestamp() end
     where s.on_day = sweep.on_day;
    return cardinality(stretch);
end $$;

alter table key_list_entries enable row level security;
-- as for the employer itself: who has it on an open patrol sees why it is on the list
create policy scope on key_list_entries for select
using (grid_path <@ (select app_scope())
       or employer_id in (select employer_id from patrol_stops where assignee_id = (select app_person()) and is_open));
create policy acknowledge on key_list_entries for update using (grid_path <@ (select app_scope()));
alter table key_list_due enable row level security;
alter table key_list_sweeps enable row level security;
grant select on key_list_rules, key_list_entries to wangge_app;
grant update (acknowledged_by, acknowledged_at, acknowledged_note, version) on key_list_entries to wangge_app;

revoke all on function key_list_holds(uuid[], date), key_list_differs(uuid[], date), key_list_evaluate(uuid[], date),
    key_list_take_due(int), key_list_look_at(uuid), key_list_sweep_next(int) from public;
grant execute on function key_list_take_due(int), key_list_look_at(uuid), key_list_sweep_next(int) to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('key_list.read', 250, 'read', '查看重点监管名单', 'See the key list', '重点监管单位、列入原因和移出情况', 'Employers under key supervision, why, and when they left'),
 ('key_list.acknowledge', 260, 'write', '签收重点监管', 'Acknowledge the key list', '责任人确认已知悉列入重点监管的单位', 'Take note of an employer that came on the list');
insert into role_rights (role, right_code) values
 ('city', 'key_list.read'), ('county', 'key_list.read'), ('street', 'key_list.read'), ('auditor', 'key_list.read'),
 ('city', 'key_list.acknowledge'), ('county', 'key_list.acknowledge'), ('street', 'key_list.acknowledge'), ('community', 'key_list.acknowledge');
insert into policies (key, valid_from, value, unit, source) values
 ('key_list_wait_s', '2026-01-01', '15', 's', 'deployment''s choice; docs/decisions/0025: a push and what follows it are looked at together'),
 ('key_list_export_rows_max', '2026-01-01', '20000', 'rows', 'deployment''s choice: what a spreadsheet opens at once');
