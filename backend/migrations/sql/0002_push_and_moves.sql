-- A push and a change of the grids that touches the same employers take turns: the push locks the employers it names, in the
-- order of their ids, before it reads where they lie; a change locks those it moves. Other employers' pushes wait for nothing.
create function lock_employers(wanted uuid[]) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    perform from employers where id = any(wanted) order by id for no key update;
end $$;

-- Whoever puts a new employer on file looks its grid up; no change of the grids may commit in between. Shared: any number
-- of phones at once; a change takes it alone, for the length of its writing.
create function hold_territory() returns void language sql as $$ select pg_advisory_xact_lock_shared(hashtext('wangge.grid_shapes')) $$;

-- As before, and an employer that a change of the grids has taken out of somebody's grid meanwhile is still reached by what
-- she captured on a day on which it lay there: judged by the grids it was in on that day, not by today's.
drop function employers_for_push(uuid[], date[]);
create function employers_for_push(wanted uuid[], days date[])
returns table (ordinal bigint, id uuid, grid_id uuid, grid_path ltree, position_lon float8, position_lat float8, reach text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    with held as materialized ( -- once a day, not once an operation
        select d.on_day, d.on_day::timestamp at time zone 'Asia/Shanghai' as began,
               array(select held_paths(app_person(), d.on_day)) as paths
        from (select distinct u.on_day from unnest(days) as u(on_day)) d
    )
    select w.ordinal, e.id, e.grid_id, e.grid_path, ST_X(e.position), ST_Y(e.position),
           case when e.grid_path <@ h.paths then 'scope'
                when e.grid_path <@ app_scope() then 'scope'
                when e.registered_by = app_person() then 'finder'
                when exists (select from patrol_stops s where s.employer_id = e.id and s.assignee_id = app_person()) then 'stop'
                when exists (
                    -- where it lay as the day began, and wherever it was moved from on that day
                    select from employer_moves m
                    where m.employer_id = e.id and m.moved_at >= h.began and m.from_path <@ h.paths
                      and (m.moved_at < h.began + interval '1 day' or m.moved_at = (
                          select min(f.moved_at) from employer_moves f where f.employer_id = e.id and f.moved_at >= h.began))
                ) then 'scope'
                else 'none' end
    from unnest(wanted, days) with ordinality as w(employer_id, on_day, ordinal)
    join employers e on e.id = w.employer_id
    join held h on h.on_day = w.on_day;
end $$;
