-- The deepest grid that holds a point. A point on a border belongs to exactly one grid: the deepest level, then the lowest
-- code (numbers run west to east, north to south, so the north-western neighbour keeps it).
create function grid_at(point geometry) returns table (grid_id uuid, grid_path ltree, grid_level int)
language sql stable security definer set search_path = public, pg_temp as $$
    select id, path, level from grids
    where geom && point and ST_Covers(geom, point) and valid_to is null
    order by level desc, code limit 1
$$;

-- The employers that operations from a phone name, wherever they lie, with how the person may reach each at that moment:
-- by a grid held then ('scope'), by a stop of a patrol given to the person ('stop'), having found it ('finder'), or not.
-- In plpgsql because a session keeps its plan; one in sql is planned at every call, which took longer than running it.
create function employers_for_push(wanted uuid[], days date[])
returns table (ordinal bigint, id uuid, grid_id uuid, grid_path ltree, position_lon float8, position_lat float8, reach text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    with held as materialized ( -- once a day, not once an operation
        select d.on_day, array(select held_paths(app_person(), d.on_day)) as paths
        from (select distinct u.on_day from unnest(days) as u(on_day)) d
    )
    select w.ordinal, e.id, e.grid_id, e.grid_path, ST_X(e.position), ST_Y(e.position),
           case when e.grid_path <@ h.paths then 'scope'
                when e.grid_path <@ app_scope() then 'scope'
                when e.registered_by = app_person() then 'finder'
                when exists (select from patrol_stops s where s.employer_id = e.id and s.assignee_id = app_person()) then 'stop'
                else 'none' end
    from unnest(wanted, days) with ordinality as w(employer_id, on_day, ordinal)
    join employers e on e.id = w.employer_id
    join held h on h.on_day = w.on_day;
end $$;

-- Which accepted file already carries a credit code, in the whole city; told only as an id and the grid it lies in.
create function employer_with_credit_code(codes text[]) returns table (uscc text, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.uscc, e.id from employers e where e.uscc = any(codes) and e.review_state = 'accepted'
$$;

-- Which of these things exist at all (a parent that has not arrived yet makes its children wait). In plpgsql for its plan.
create function existing_ids(kind text, wanted uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select id from employers where kind = 'employer' and id = any(wanted)
    union all select id from patrols where kind = 'patrol' and id = any(wanted)
    union all select id from visits where kind = 'visit' and id = any(wanted)
    union all select id from check_ins where kind = 'check_in' and id = any(wanted);
end $$;

-- Where employers found in the field belong: by their point when it lies in a community grid; else the grid the finder
-- declared; else the smallest grid around the point; else the city's.
create function grids_for_registering(lons float8[], lats float8[], declared uuid[])
returns table (ordinal bigint, grid_id uuid, grid_path ltree, grid_source text)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.ordinal,
           case when at.grid_level = 4 then at.grid_id else coalesce(d.id, at.grid_id, city.id) end,
           case when at.grid_level = 4 then at.grid_path else coalesce(d.path, at.grid_path, city.path) end,
           case when at.grid_level = 4 then 'position' when d.id is not null then 'declared' else 'none' end
    from unnest(lons, lats, declared) with ordinality as w(lon, lat, declared, ordinal)
    left join lateral grid_at(ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326)) at on w.lon is not null
    left join grids d on d.id = w.declared and d.valid_to is null
    cross join (select id, path from grids where level = 1 and valid_to is null order by code limit 1) city
$$;

-- The grids of the acting scope themselves. As the owner, because comparing paths cannot use an index under the policies.
create function scope_grids() returns table (id uuid, code text, name text, level int, path text)
language sql stable security definer set search_path = public, pg_temp as $$
    select id, code, name, level, path::text from grids where path = any(app_scope()) and valid_to is null order by code
$$;
