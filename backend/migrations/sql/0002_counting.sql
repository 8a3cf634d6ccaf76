-- How many employers lie below some grids of the acting scope, with those of the acting person's open patrols where asked for.
-- Under the policies every row is fetched to be compared with the scope, which cost 2.2 times the count itself; here only the
-- grids are compared, once, and the index does the counting. What is outside the scope is left out, as the policies would.
create function count_employers(below ltree[], with_open_stops boolean) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    with mine as materialized (select p as path from unnest(below) as p where p <@ app_scope()),
         roots as materialized (select distinct path from mine m
                                where not exists (select from mine o where m.path <@ o.path and o.path <> m.path))
    select coalesce((select sum((select count(*) from employers e where e.grid_path <@ r.path)) from roots r), 0)::bigint
         + case when not with_open_stops then 0 else (
               select count(distinct s.employer_id) from patrol_stops s join employers e on e.id = s.employer_id
               where s.assignee_id = app_person() and s.is_open and not exists (select from roots r where e.grid_path <@ r.path)) end
$$;
