-- The feed of changes. Each line carries its writing transaction's number; readers stop before the oldest transaction that
-- is still running (pg_snapshot_xmin), so a slow writer is waited for and never skipped, without any lock.
create function feed_frontier() returns bigint language sql stable as
$$ select pg_snapshot_xmin(pg_current_snapshot())::text::bigint $$;

create function employers_to_feed() returns trigger
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
create trigger employers_inserted_to_feed after insert on employers
referencing new table as new_rows for each statement execute function employers_to_feed();
create trigger employers_updated_to_feed after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function employers_to_feed();

create function patrols_to_feed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into changes (channel, kind, entity_id) select assignee_id, 'patrol', id from new_rows;
    else
        insert into changes (channel, kind, entity_id)
        select assignee_id, 'patrol', id from new_rows
        union select o.assignee_id, 'patrol', o.id from old_rows o;
    end if;
    return null;
end $$;
create trigger patrols_inserted_to_feed after insert on patrols
referencing new table as new_rows for each statement execute function patrols_to_feed();
create trigger patrols_updated_to_feed after update on patrols
referencing old table as old_rows new table as new_rows for each statement execute function patrols_to_feed();

-- A stop given, taken or closed changes whether its employer may be seen by whoever has or had it, and with that every patrol
-- of hers that names it.
create function patrol_stops_to_feed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into changes (channel, kind, entity_id)
        select distinct assignee_id, 'employer', employer_id from new_rows
        union all
        select distinct assignee_id, 'patrol', s.patrol_id from new_rows join patrol_stops s using (assignee_id, employer_id);
    else
        insert into changes (channel, kind, entity_id)
        with touched as (select assignee_id, employer_id from new_rows union select assignee_id, employer_id from old_rows)
        select assignee_id, 'employer', employer_id from touched
        union all
        select distinct assignee_id, 'patrol', s.patrol_id from touched join patrol_stops s using (assignee_id, employer_id);
    end if;
    return null;
end $$;
create trigger patrol_stops_inserted_to_feed after insert on patrol_stops
referencing new table as new_rows for each statement execute function patrol_stops_to_feed();
create trigger patrol_stops_updated_to_feed after update on patrol_stops
referencing old table as old_rows new table as new_rows for each statement execute function patrol_stops_to_feed();

-- A patrol's stops are open exactly while the patrol is: an open stop is what lets its assignee see the employer.
create function patrol_opens_stops() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update patrol_stops s set is_open = n.status in ('planned', 'started'), assignee_id = n.assignee_id
      from new_rows n join old_rows o using (id)
     where s.patrol_id = n.id and (o.status <> n.status or o.assignee_id <> n.assignee_id)
       and (s.is_open <> (n.status in ('planned', 'started')) or s.assignee_id <> n.assignee_id);
    return null;
end $$;
create trigger patrols_open_stops after update on patrols
referencing old table as old_rows new table as new_rows for each statement execute function patrol_opens_stops();

create function grids_to_feed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into changes (channel, kind, entity_id, grid_path) select id, 'grid', id, path from new_rows;
    return null;
end $$;
create trigger grids_inserted_to_feed after insert on grids
referencing new table as new_rows for each statement execute function grids_to_feed();
create trigger grids_updated_to_feed after update on grids
referencing new table as new_rows for each statement execute function grids_to_feed();

-- What a visit means for the employer and for the person's stop it was planned as (never for somebody else's). Rows are locked in one order, so that two
-- phones pushing at once never wait for each other in a circle. A clock that runs ahead cannot date a visit into the future.
create function visits_recorded() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform from employers where id in (select employer_id from new_rows) order by id for no key update;
    update employers e set last_visited_at = v.visited_at
      from (select employer_id, max(least(happened_at, received_at)) as visited_at from new_rows group by employer_id) v
     where e.id = v.employer_id and (e.last_visited_at is null or e.last_visited_at < v.visited_at);
    update patrol_stops s set status = 'visited'
      from (select distinct patrol_id, employer_id, person_id from new_rows where patrol_id is not null order by 1, 2) v
     where s.patrol_id = v.patrol_id and s.employer_id = v.employer_id and s.assignee_id = v.person_id and s.status = 'planned';
    return null;
end $$;
create trigger visits_recorded after insert on visits
referencing new table as new_rows for each statement execute function visits_recorded();
