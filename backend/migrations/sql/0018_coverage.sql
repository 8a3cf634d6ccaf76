-- Coverage (覆盖), kept so that an answer costs a look. Three things change it, and each is kept where it changes:
-- an employer's file (``file_reasons``, ``visit_due_on``: in its own row, written with it), who answers for a grid (one state a
-- grid), and the day (each grid knows on which day its counts change by themselves). A change writes one mark a grid; whoever asks
-- next, or the background, counts the marked grids again. Nothing is added up by differences, so nothing can drift.

-- What a file alone tells, as bits (wangge/employers/reasons.py): 1 no_file, 2 incomplete_file, 4 no_position, 8 outside_all_grids,
-- 16 never_visited. A column of the database's own, so that triggers, counts, lists and tiles cannot disagree.
-- The due days of those visited already come with the same rewrite of the table: an update would write every index anew.
-- (The intervals stand in the statement: asked for each row, a function would take longer than the rewriting.)
do $$ begin
execute format($ddl$
    alter table employers
    alter column visit_due_on type date using case when last_visited_at is not null then
        (last_visited_at at time zone 'Asia/Shanghai')::date
        + least(coalesce((%1$L::jsonb ->> grade)::int, (%1$L::jsonb ->> 'ungraded')::int),
                case when on_key_list then (%1$L::jsonb ->> 'key_list')::int end) end,
    add column file_reasons int not null generated always as (
          case when review_state = 'waiting_review' then 1 else 0 end
        + case when review_state <> 'waiting_review' and not is_complete then 2 else 0 end
        + case when position is null then 4 else 0 end
        + case when position is not null and grid_source <> 'position' then 8 else 0 end
        + case when last_visited_at is null then 16 else 0 end) stored
$ddl$, policy('visit_interval_days'));
end $$;

-- As before (0012_employer_standing.sql), in plpgsql for its plan: one in sql is planned at every call, a thousand times its work.
create or replace function visit_interval_days(grade text, on_key_list boolean, on_day date) returns int
language plpgsql stable set search_path = public, pg_temp as $$
declare days jsonb;
begin
    select p.value into days from policies p where p.key = 'visit_interval_days' and p.valid_from <= on_day order by p.valid_from desc limit 1;
    return least(coalesce((days ->> grade)::int, (days ->> 'ungraded')::int), case when on_key_list then (days ->> 'key_list')::int end);
end $$;

-- The last day on which the next visit is in time. Days are counted as the law counts them: the day of the visit is not counted,
-- the last day is (Civil Code art. 201).
create function employer_visit_due() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    new.visit_due_on := (new.last_visited_at at time zone 'Asia/Shanghai')::date
                        + visit_interval_days(new.grade, new.on_key_list, china_today());
    return new;
end $$;
create trigger employer_registered_visit_due before insert on employers
for each row when (new.last_visited_at is not null) execute function employer_visit_due();
-- A statement that has reckoned the new day itself, as ``visits_recorded`` does for all its rows at once, is left alone.
create trigger employer_visit_due before update of last_visited_at, grade, on_key_list on employers
for each row when (
    old.visit_due_on is not distinct from new.visit_due_on
    and ((old.last_visited_at at time zone 'Asia/Shanghai')::date, old.grade, old.on_key_list)
        is distinct from ((new.last_visited_at at time zone 'Asia/Shanghai')::date, new.grade, new.on_key_list))
execute function employer_visit_due();

-- As before (0001_feed.sql), and the next visit's day with it: the interval is asked once for each way of standing.
create or replace function visits_recorded() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform from employers where id in (select employer_id from new_rows) order by id for no key update;
    with seen as materialized (
        select employer_id, max(least(happened_at, received_at)) as visited_at from new_rows group by employer_id),
    standing as materialized (
        select k.grade, k.on_key_list, visit_interval_days(k.grade, k.on_key_list, china_today()) as days
        from (select distinct e.grade, e.on_key_list from employers e join seen v on v.employer_id = e.id) k)
    update employers e set last_visited_at = v.visited_at, visit_due_on = (v.visited_at at time zone 'Asia/Shanghai')::date + k.days
      from seen v, standing k
     where e.id = v.employer_id and (e.last_visited_at is null or e.last_visited_at < v.visited_at)
       and k.on_key_list = e.on_key_list and k.grade is not distinct from e.grade;
    update patrol_stops s set status = 'visited'
      from (select distinct patrol_id, employer_id, person_id from new_rows where patrol_id is not null order by 1, 2) v
     where s.patrol_id = v.patrol_id and s.employer_id = v.employer_id and s.assignee_id = v.person_id and s.status = 'planned';
    return null;
end $$;

-- Grids whose counts are no longer those of their employers. No keys and no index: writers only append, and it is nearly empty.
create function coverage_note(grids uuid[]) returns void language sql security definer set search_path = public, pg_temp as
$$ insert into coverage_due (grid_id) select unnest(grids) $$;
revoke all on function coverage_note(uuid[]) from public;

create function employers_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        insert into coverage_due (grid_id)
        with changed as materialized (
            select o.grid_id as was, n.grid_id as became from old_rows o join new_rows n using (id)
            where (o.grid_id, o.file_reasons, o.visit_due_on, o.review_state = 'returned')
                  is distinct from (n.grid_id, n.file_reasons, n.visit_due_on, n.review_state = 'returned'))
        select was from changed union select became from changed;
    elsif tg_op = 'INSERT' then
        insert into coverage_due (grid_id) select distinct grid_id from new_rows;
    else
        insert into coverage_due (grid_id) select distinct grid_id from old_rows;
    end if;
    return null;
end $$;
create trigger employers_inserted_note_coverage after insert on employers
referencing new table as new_rows for each statement execute function employers_note_coverage();
create trigger employers_updated_note_coverage after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function employers_note_coverage();
create trigger employers_deleted_note_coverage after delete on employers
referencing old table as old_rows for each statement execute function employers_note_coverage();

create function duties_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op <> 'DELETE' then
        insert into coverage_due (grid_id) select distinct grid_id from new_rows;
    end if;
    if tg_op <> 'INSERT' then
        insert into coverage_due (grid_id) select distinct grid_id from old_rows;
    end if;
    return null;
end $$;
create trigger duties_inserted_note_coverage after insert on duties
referencing new table as new_rows for each statement execute function duties_note_coverage();
create trigger duties_updated_note_coverage after update on duties
referencing old table as old_rows new table as new_rows for each statement execute function duties_note_coverage();
create trigger duties_deleted_note_coverage after delete on duties
referencing old table as old_rows for each statement execute function duties_note_coverage();

create function certificates_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op <> 'DELETE' then
        insert into coverage_due (grid_id) select distinct d.grid_id from duties d where d.person_id in (select person_id from new_rows);
    end if;
    if tg_op <> 'INSERT' then
        insert into coverage_due (grid_id) select distinct d.grid_id from duties d where d.person_id in (select person_id from old_rows);
    end if;
    return null;
end $$;
create trigger certificates_inserted_note_coverage after insert on certificates
referencing new table as new_rows for each statement execute function certificates_note_coverage();
create trigger certificates_updated_note_coverage after update on certificates
referencing old table as old_rows new table as new_rows for each statement execute function certificates_note_coverage();
create trigger certificates_deleted_note_coverage after delete on certificates
referencing old table as old_rows for each statement execute function certificates_note_coverage();

-- Which certificate lets somebody work follows from her kind.
create function people_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into coverage_due (grid_id)
    select distinct d.grid_id from new_rows n join old_rows o using (id) join duties d on d.person_id = n.id where n.kind <> o.kind;
    return null;
end $$;
create trigger people_updated_note_coverage after update on people
referencing old table as old_rows new table as new_rows for each statement execute function people_note_coverage();

create function requirements_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into coverage_due (grid_id) select id from grids where level = 4 and valid_to is null;
    return null;
end $$;
create trigger requirements_note_coverage after insert or update or delete on certificate_requirements
for each statement execute function requirements_note_coverage();

create function grids_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into coverage_due (grid_id) select id from new_rows;
    else
        insert into coverage_due (grid_id)
        select n.id from new_rows n join old_rows o using (id)
        where (n.valid_to, n.path, n.level) is distinct from (o.valid_to, o.path, o.level);
    end if;
    return null;
end $$;
create trigger grids_inserted_note_coverage after insert on grids
referencing new table as new_rows for each statement execute function grids_note_coverage();
create trigger grids_updated_note_coverage after update on grids
referencing old table as old_rows new table as new_rows for each statement execute function grids_note_coverage();

-- Employers that somebody knows of and that have no file yet: seen in the street and waiting for review, or in a registry's list
-- only (``employer_id`` null).
create view known_without_file with (security_invoker = true) as
select e.id, e.id as employer_id, e.grid_id, e.grid_path, e.name, e.uscc, e.address, e.position, e.industry_code, e.employees,
       true as is_employer
from employers e where e.review_state = 'waiting_review'
union all
select r.id, null::uuid, r.grid_id, r.grid_path, r.name, r.uscc, r.address, r.position, r.industry_code, r.employees, false
from registry_rows r where r.employer_id is null and r.state = 'open';

create function registry_rows_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        insert into coverage_due (grid_id)
        with changed as materialized (
            select o.grid_id as was, n.grid_id as became from old_rows o join new_rows n using (id)
            where (o.grid_id, o.employer_id is null, o.state, o.position is null)
                  is distinct from (n.grid_id, n.employer_id is null, n.state, n.position is null))
        select was from changed union select became from changed;
    else
        insert into coverage_due (grid_id) select distinct grid_id from new_rows;
    end if;
    return null;
end $$;
create trigger registry_rows_inserted_note_coverage after insert on registry_rows
referencing new table as new_rows for each statement execute function registry_rows_note_coverage();
create trigger registry_rows_updated_note_coverage after update on registry_rows
referencing old table as old_rows new table as new_rows for each statement execute function registry_rows_note_coverage();

-- Of these, what has no row among the files, with the columns that a question speaks of. By a constant, so that the planner leaves
-- the employers' own arm out; by a null key it would read all that wait.
create view coverage_besides with (security_invoker = true) as
select k.id, k.employer_id, k.grid_id, k.grid_path, k.name, k.uscc, k.address, k.position, k.industry_code, k.employees,
       null::varchar as grade, false as on_key_list, 'waiting_review'::varchar as review_state, null::timestamptz as last_visited_at,
       null::date as visit_due_on, case when k.position is null then 5 else 1 end as file_reasons
from known_without_file k where not k.is_employer;

-- All that coverage is asked about. What is asked for in an order asks the two apart: no index orders a union.
create view coverage_subjects with (security_invoker = true) as
select e.id, e.id as employer_id, e.grid_id, e.grid_path, e.name, e.uscc, e.address, e.position, e.industry_code, e.employees, e.grade,
       e.on_key_list, e.review_state, e.last_visited_at, e.visit_due_on, e.file_reasons
from employers e where e.review_state <> 'returned'
union all
select * from coverage_besides;

-- Who looks after a grid on a day, and the next day on which that can change by itself.
create function grid_owner_state(grid uuid, grid_level int, on_day date, out owner_state text, out changes_on date)
language sql stable security definer set search_path = public, pg_temp as $$
    with held as materialized (
        select d.person_id, d.valid_from, d.valid_to, d.valid_from <= on_day as begun from duties d
        where d.grid_id = grid and (d.valid_to is null or d.valid_to >= on_day)
    )
    select case when grid_level < 4 then 'owned'
                when not exists (select from held where begun) then 'ownerless'
                when exists (select from held h where begun and certified_on(h.person_id, on_day)) then 'owned'
                else 'uncertified' end,
           (select min(day) from (
                select v.day from held h left join certificates c on c.person_id = h.person_id
                cross join lateral (values (h.valid_from), (h.valid_to + 1), (c.issued_on), (c.expires_on + 1), (c.revoked_on)) v(day)
                union all
                select v.day from certificate_requirements r cross join lateral (values (r.valid_from), (r.valid_to + 1)) v(day)
            ) days where day > on_day and grid_level = 4)
$$;
revoke all on function grid_owner_state(uuid, int, date) from public;

-- Count these grids as of a day.
create function count_coverage_of(wanted uuid[], on_day date) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into grid_coverage as c (grid_id, grid_path, owner_state, total, uncovered, no_file, incomplete_file, no_position,
                                    outside_all_grids, never_visited, overdue, changes_on, counted_at)
    select g.id, g.path, o.owner_state, coalesce(n.total, 0), coalesce(n.uncovered, 0), coalesce(n.no_file, 0),
           coalesce(n.incomplete_file, 0), coalesce(n.no_position, 0), coalesce(n.outside_all_grids, 0), coalesce(n.never_visited, 0),
           coalesce(n.overdue, 0), least(o.changes_on, n.next_due_on + 1), clock_timestamp()
    from grids g
    cross join lateral grid_owner_state(g.id, g.level, on_day) o
    left join (
        select s.grid_id, count(*) as total, count(*) filter (where s.file_reasons <> 0 or s.visit_due_on < on_day) as uncovered,
               count(*) filter (where s.file_reasons & 1 <> 0) as no_file, count(*) filter (where s.file_reasons & 2 <> 0) as incomplete_file,
               count(*) filter (where s.file_reasons & 4 <> 0) as no_position,
               count(*) filter (where s.file_reasons & 8 <> 0) as outside_all_grids,
               count(*) filter (where s.file_reasons & 16 <> 0) as never_visited, count(*) filter (where s.visit_due_on < on_day) as overdue,
               min(s.visit_due_on) filter (where s.visit_due_on >= on_day) as next_due_on
        from coverage_subjects s where s.grid_id = any(wanted) group by s.grid_id
    ) n on n.grid_id = g.id
    where g.id = any(wanted) and g.valid_to is null
    on conflict (grid_id) do update
       set grid_path = excluded.grid_path, owner_state = excluded.owner_state, total = excluded.total, uncovered = excluded.uncovered,
           no_file = excluded.no_file, incomplete_file = excluded.incomplete_file, no_position = excluded.no_position,
           outside_all_grids = excluded.outside_all_grids, never_visited = excluded.never_visited, overdue = excluded.overdue,
           changes_on = excluded.changes_on, counted_at = excluded.counted_at;
    delete from grid_coverage where grid_id = any(wanted) and grid_id in (select id from grids where valid_to is not null);
$$;
revoke all on function count_coverage_of(uuid[], date) from public;

-- Where the intervals' policy has changed, the due days follow, some grids at a time: every employer of a batch is locked in the
-- order of ids, as pushes lock them. Returns whether more is to be done.
create function follow_visit_intervals(today date, at_most int) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    in_force text := policy('visit_interval_days', today)::text;
    place record;
    batch uuid[];
begin
    select * into place from coverage_progress for update;
    if not found then
        insert into coverage_progress (id, intervals, intervals_under_way) values (1, in_force, null);
        return false;
    end if;
    if place.intervals = in_force and place.intervals_under_way is null then
        return false;
    end if;
    if place.intervals_under_way is distinct from in_force then
        update coverage_progress set intervals_under_way = in_force, after_grid = null;
        place.after_grid := null;
    end if;
    batch := array(select g.id from grids g where place.after_grid is null or g.id > place.after_grid order by g.id limit at_most);
    if cardinality(batch) = 0 then
        update coverage_progress set intervals = in_force, intervals_under_way = null, after_grid = null;
        return false;
    end if;
    perform from employers where grid_id = any(batch) and last_visited_at is not null order by id for no key update;
    with standing as materialized (
        select k.grade, k.on_key_list, visit_interval_days(k.grade, k.on_key_list, today) as days
        from (select distinct o.grade, o.on_key_list from employers o where o.grid_id = any(batch)) k)
    update employers e set visit_due_on = (e.last_visited_at at time zone 'Asia/Shanghai')::date + k.days
      from standing k
     where e.grid_id = any(batch) and e.last_visited_at is not null and k.on_key_list = e.on_key_list
       and k.grade is not distinct from e.grade
       and e.visit_due_on is distinct from (e.last_visited_at at time zone 'Asia/Shanghai')::date + k.days;
    update coverage_progress set after_grid = batch[cardinality(batch)];
    return true;
end $$;
revoke all on function follow_visit_intervals(date, int) from public;

-- How each grid of each level stood as a day began (or as the server came up on it), with all that lies below it.
create function keep_coverage_of_day(today date) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into coverage_days (grid_id, grid_path, day, total, uncovered, no_file, incomplete_file, no_position, outside_all_grids,
                               grid_without_owner, owner_uncertified, never_visited, overdue)
    select g.id, g.path, today, coalesce(sum(c.total), 0),
           coalesce(sum(case when c.owner_state = 'owned' then c.uncovered else c.total end), 0), coalesce(sum(c.no_file), 0),
           coalesce(sum(c.incomplete_file), 0), coalesce(sum(c.no_position), 0), coalesce(sum(c.outside_all_grids), 0),
           coalesce(sum(c.total) filter (where c.owner_state = 'ownerless'), 0),
           coalesce(sum(c.total) filter (where c.owner_state = 'uncertified'), 0),
           coalesce(sum(c.never_visited), 0), coalesce(sum(c.overdue), 0)
    from grids g
    left join (select subpath(k.grid_path, 0, n) as above, k.* from grid_coverage k cross join lateral generate_series(1, nlevel(k.grid_path)) n) c
      on c.above = g.path
    where g.valid_to is null group by g.id, g.path
    on conflict (grid_id, day) do nothing
$$;
revoke all on function keep_coverage_of_day(date) from public;

-- Count again what is due, ``at_most`` so many grids; returns how many are still due. One at a time: whoever finds another at it
-- leaves it to her. Marks are taken before the counting statement looks, so a change committed in between is marked still.
create function refresh_coverage(at_most int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    today date := china_today();
    wanted uuid[];
begin
    if pg_try_advisory_xact_lock(hashtext('wangge.coverage')) then
        with chosen as (select distinct grid_id from coverage_due limit at_most),
             taken as (delete from coverage_due d using chosen c where d.grid_id = c.grid_id returning d.grid_id)
        select coalesce(array_agg(distinct grid_id), '{}') into wanted from taken;
        wanted := wanted || array(select grid_id from grid_coverage where changes_on <= today and grid_id <> all(wanted)
                                  order by changes_on limit greatest(0, at_most - cardinality(wanted)));
        if cardinality(wanted) > 0 then
            perform count_coverage_of(wanted, today);
        end if;
    end if;
    return (select count(distinct grid_id) from coverage_due) + (select count(*) from grid_coverage where changes_on <= today);
end $$;
revoke all on function refresh_coverage(int) from public;
grant execute on function refresh_coverage(int) to wangge_app;

-- The background's round: due days after a change of policy, the counts, and once a day how everything stood. Returns whether
-- there is more to do.
create function keep_coverage(at_most int) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    today date := china_today();
    due int;
begin
    if not pg_try_advisory_xact_lock(hashtext('wangge.coverage')) then
        return false;
    end if;
    if follow_visit_intervals(today, at_most) then
        perform refresh_coverage(at_most);
        return true;
    end if;
    due := refresh_coverage(at_most);
    if due = 0 and not exists (select from coverage_days d join grids g on g.id = d.grid_id
                               where g.level = 1 and g.valid_to is null and d.day = today) then
        perform keep_coverage_of_day(today);
    end if;
    return due > 0;
end $$;
revoke all on function keep_coverage(int) from public;
grant execute on function keep_coverage(int) to wangge_app;

alter table grid_coverage enable row level security;
create policy scope on grid_coverage for select using (grid_path <@ (select app_scope()));
alter table coverage_days enable row level security;
create policy scope on coverage_days for select using (grid_path <@ (select app_scope()));
alter table coverage_due enable row level security; -- nobody's but the triggers'
alter table coverage_progress enable row level security; -- nobody's but the background's
grant select on grid_coverage, coverage_days, known_without_file, coverage_besides, coverage_subjects to wangge_app;

insert into policies (key, valid_from, value, unit, source) values
 ('coverage_nearest_max', '2026-01-01', '500', 'employers', 'docs/decisions/0026: deployment''s choice; as many as a map shows one by one'),
 ('coverage_trend_days_max', '2026-01-01', '730', 'days', 'docs/decisions/0026: deployment''s choice; two years on one chart');

-- What is there already.
insert into coverage_due (grid_id) select id from grids where valid_to is null;
