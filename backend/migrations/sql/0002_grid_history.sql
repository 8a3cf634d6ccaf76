-- Every state a grid has had, whoever wrote it: the open version is the grid as it stands. A change says its id and its moment
-- for the length of its transaction (app.grid_change, app.grid_moment); anything else counts as of now.
create function remember_grids() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    change uuid := nullif(current_setting('app.grid_change', true), '')::uuid;
    moment timestamptz := coalesce(nullif(current_setting('app.grid_moment', true), '')::timestamptz, clock_timestamp());
begin
    if tg_op = 'UPDATE' then
        update grid_versions v set valid_to = greatest(moment, v.valid_from), closed_by = change
          from new_rows n join old_rows o using (id)
         where v.grid_id = n.id and v.valid_to is null
           and (o.code, o.name, o.level, o.parent_id, o.path, o.geom, o.valid_to)
               is distinct from (n.code, n.name, n.level, n.parent_id, n.path, n.geom, n.valid_to);
        insert into grid_versions (grid_id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from, opened_by)
        select n.id, n.code, n.name, n.level, n.parent_id, n.path, n.geom, n.label, n.is_synthetic, moment, change
        from new_rows n join old_rows o using (id)
        where n.valid_to is null
          and (o.code, o.name, o.level, o.parent_id, o.path, o.geom, o.valid_to)
              is distinct from (n.code, n.name, n.level, n.parent_id, n.path, n.geom, n.valid_to);
    else
        -- a grid that was loaded holds from the day it says
        insert into grid_versions (grid_id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from, opened_by)
        select id, code, name, level, parent_id, path, geom, label, is_synthetic,
               case when change is null and valid_from < china_today() then valid_from::timestamp at time zone 'Asia/Shanghai' else moment end,
               change
        from new_rows where valid_to is null;
    end if;
    return null;
end $$;
create trigger grids_inserted_remembered after insert on grids
referencing new table as new_rows for each statement execute function remember_grids();
create trigger grids_updated_remembered after update on grids
referencing old table as old_rows new table as new_rows for each statement execute function remember_grids();

insert into grid_versions (grid_id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from)
select id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from::timestamp at time zone 'Asia/Shanghai'
from grids where valid_to is null;

-- As before, and a move from grid to grid is remembered.
create or replace function employers_to_feed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into changes (channel, kind, entity_id, grid_path) select grid_id, 'employer', id, grid_path from new_rows;
        return null;
    end if;
    -- new place, old place when it moved, and whoever has it on an open patrol
    insert into changes (channel, kind, entity_id, grid_path)
    select grid_id, 'employer', id, grid_path from new_rows
    union all
    select o.grid_id, 'employer', o.id, o.grid_path from old_rows o join new_rows n using (id) where o.grid_id <> n.grid_id
    union all
    select distinct s.assignee_id, 'employer', s.employer_id, null::ltree
    from patrol_stops s join new_rows n on n.id = s.employer_id where s.is_open
    union all
    -- a patrol carries its stops' names and points
    select distinct s.assignee_id, 'patrol', s.patrol_id, null::ltree
    from patrol_stops s join new_rows n on n.id = s.employer_id join old_rows o on o.id = n.id
    where (o.name, o.position, o.grid_path) is distinct from (n.name, n.position, n.grid_path);
    if exists (select from old_rows o join new_rows n using (id) where o.grid_path <> n.grid_path) then
        insert into employer_moves (employer_id, change_id, moved_at, from_grid_id, from_path, grid_id, grid_path)
        select n.id, nullif(current_setting('app.grid_change', true), '')::uuid,
               coalesce(nullif(current_setting('app.grid_moment', true), '')::timestamptz, clock_timestamp()),
               o.grid_id, o.grid_path, n.grid_id, n.grid_path
        from old_rows o join new_rows n using (id) where o.grid_path <> n.grid_path;
        -- the employer's file moves whole: its history stays with it
        update check_ins t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update findings f set grid_path = n.grid_path from new_rows n join old_rows o using (id) join visits v on v.employer_id = n.id
         where f.visit_id = v.id and o.grid_path <> n.grid_path;
        update visits t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update evidence t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update patrol_stops t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
    end if;
    return null;
end $$;
