-- Changing grids. The API's role may write no grid; it asks these functions, which hold the line for it.

-- Whether the session's appointment carries a right.
create function acting_may(wanted text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from sessions s join appointments a on a.id = s.appointment_id
                   join role_rights r on r.role = a.role and r.right_code = wanted where s.id = app_session())
$$;

-- The current grids of any level, in the acting scope or not, that share ground with some boxes: an edge that is cut is cut
-- for everybody who has it, also across the border. What lies outside the scope never leaves the server.
create function grids_around(wests float8[], souths float8[], easts float8[], norths float8[])
returns table (id uuid, code text, name text, level int, parent_id uuid, path text, wkb bytea, version bigint, in_scope boolean,
               is_leaf boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select g.id, g.code, g.name, g.level, g.parent_id, g.path::text, ST_AsBinary(g.geom), v.id, g.path <@ app_scope(),
           not exists (select from grids c where c.parent_id = g.id and c.valid_to is null)
    from (select distinct g.id from unnest(wests, souths, easts, norths) as b(w, s, e, n)
          join grids g on g.geom && ST_MakeEnvelope(b.w, b.s, b.e, b.n, 4326) where g.valid_to is null) near
    join grids g on g.id = near.id join grid_versions v on v.grid_id = g.id and v.valid_to is null
    where acting_may('grid.edit')
$$;

-- Which employers standing in some boxes would lie in another grid, were these shapes the grids: by the rule of grid_at, the
-- deepest level, then the lowest code. ``gone`` are grids that end or stop being the deepest. The grid is the outer loop, so
-- that its polygon is prepared once.
create function employers_moving(wests float8[], souths float8[], easts float8[], norths float8[],
                                 ids uuid[], codes text[], levels int[], shapes bytea[], gone uuid[])
returns table (employer_id uuid, from_id uuid, to_id uuid, is_visible boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    with box as materialized (
        select ST_MakeEnvelope(w, s, e, n, 4326) as geom from unnest(wests, souths, easts, norths) as b(w, s, e, n)
    ),
    shape as materialized (
        select t.id, t.code, t.level, ST_SetSRID(ST_GeomFromWKB(t.shape), 4326) as geom
        from unnest(ids, codes, levels, shapes) as t(id, code, level, shape)
        union all
        select g.id, g.code, g.level, g.geom
        from (select distinct g.id from box join grids g on g.geom && box.geom where g.valid_to is null) near join grids g using (id)
        where g.id <> all(ids) and g.id <> all(gone)
          and not exists (select from grids c where c.parent_id = g.id and c.valid_to is null)
    ),
    found as (
        select distinct on (hit.id) hit.id, hit.grid_id, hit.grid_path, s.id as to_id
        from shape s join box b on b.geom && s.geom
        cross join lateral (
            select e.id, e.grid_id, e.grid_path from employers e
            where e.position && b.geom and e.position && s.geom and ST_Covers(s.geom, e.position) offset 0
        ) hit
        order by hit.id, s.level desc, s.code
    )
    select id, grid_id, to_id, grid_path <@ app_scope() from found where grid_id <> to_id and acting_may('grid.edit')
$$;

-- A shape that is only given more vertices: what it leaves and what it takes instead lie within a hand's breadth.
create function only_noded(before geometry, after geometry) returns boolean
language sql immutable set search_path = public, pg_temp as $$
    with a as (select ST_AsBinary(geom) as s from ST_DumpSegments(ST_ForcePolygonCCW(before))),
         b as (select ST_AsBinary(geom) as s from ST_DumpSegments(ST_ForcePolygonCCW(after))),
         left_out as (select ST_Collect(ST_GeomFromWKB(s)) as g from (select s from a except select s from b) t),
         taken as (select ST_Collect(ST_GeomFromWKB(s)) as g from (select s from b except select s from a) t)
    select coalesce(ST_HausdorffDistance(l.g, t.g) < 5e-7, l.g is null and t.g is null) from left_out l, taken t
$$;

-- One change of the grids, whole: shapes, ends and beginnings, employers, duties, units and patrols. The caller has worked the
-- shapes out; what may not be is refused here, and that they tile is proved when the transaction commits.
create function apply_grid_change(change jsonb, ids uuid[], versions bigint[], fates text[], codes text[], names text[], levels int[],
                                  parents uuid[], shapes bytea[], origins uuid[], successors uuid[],
                                  wests float8[], souths float8[], easts float8[], norths float8[])
returns jsonb
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    this uuid := (change->>'id')::uuid;
    undone uuid := (change->>'undoes')::uuid;
    place record;
    movers uuid[]; targets uuid[]; ended uuid[]; begun uuid[];
    moved int := 0; declared int := 0;
    duties_ended jsonb; duties_begun jsonb; units_moved jsonb;
begin
    if not acting_may('grid.edit') then
        raise insufficient_privilege using message = 'no right to change grids';
    end if;
    perform lock_territory();
    -- whoever looked before somebody else's change must look again
    if exists (select from unnest(ids, versions) as t(id, version) where version is not null
               and version is distinct from (select max(v.id) from grid_versions v where v.grid_id = t.id)) then
        raise exception 'the grids have changed since' using errcode = 'check_violation', constraint = 'ck_grids_as_previewed';
    end if;
    -- a border belongs to whoever holds the ground on both sides: the parent
    if exists (select from unnest(ids, fates, parents) as t(id, fate, parent_id) left join grids g on g.id = t.id
               left join grids p on p.id = coalesce(g.parent_id, t.parent_id)
               where t.fate <> 'noded' and (coalesce(p.path, g.path) <@ app_scope()) is not true) then
        raise insufficient_privilege using message = 'outside the acting scope';
    end if;
    if exists (select from unnest(ids, fates, shapes) as t(id, fate, shape) join grids g on g.id = t.id
               cross join lateral (select ST_Multi(ST_SetSRID(ST_GeomFromWKB(t.shape), 4326)) as geom) s
               where t.fate = 'noded' and case
                   when undone is null then not only_noded(g.geom, s.geom)
                   else not exists (select from grid_versions v where v.grid_id = t.id and v.closed_by = undone and v.geom = s.geom) end) then
        raise insufficient_privilege using message = 'a neighbour may be given vertices, not another shape';
    end if;
    select id, path into place from grids where id = (change->>'grid_id')::uuid and path <@ app_scope();
    if place is null
       or exists (select from unnest(successors) as t(id) join grids g on g.id = t.id where (g.path <@ app_scope()) is not true)
       or (undone is not null and not exists (select from grid_changes c where c.id = undone and c.grid_path <@ app_scope()
                                                                            and c.undone_by is null)) then
        raise insufficient_privilege using message = 'outside the acting scope';
    end if;
    perform set_config('app.grid_change', this::text, true), set_config('app.grid_moment', clock_timestamp()::text, true);
    insert into grid_changes (id, kind, made_by, made_at, effective_on, grid_id, grid_path, note, summary, undoes)
    values (this, change->>'kind', app_person(), current_setting('app.grid_moment')::timestamptz, china_today(), place.id, place.path,
            coalesce(change->>'note', ''), change->'summary', undone);
    update grid_changes set undone_by = this where id = undone;
    -- from here to the commit, no phone puts a new employer on file
    perform pg_advisory_xact_lock(hashtext('wangge.grid_shapes'));

    ended := array(select t.id from unnest(ids, fates) as t(id, fate) where fate = 'retired');
    begun := array(select t.id from unnest(ids, fates) as t(id, fate) where fate in ('new', 'revived'));
    update grids g
       set name = t.name,
           geom = case when t.shape is null then g.geom else s.geom end,
           label = case when t.shape is null or ST_Covers(s.geom, g.label) then g.label else ST_PointOnSurface(s.geom) end,
           valid_to = case when t.fate = 'retired' then china_today() end
      from unnest(ids, fates, names, shapes) as t(id, fate, name, shape)
      cross join lateral (select ST_Multi(ST_SetSRID(ST_GeomFromWKB(t.shape), 4326)) as geom) s
     where g.id = t.id and t.fate <> 'new';
    insert into grids (id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from)
    select t.id, t.code, t.name, t.level, t.parent_id, p.path || t.code, s.geom, ST_PointOnSurface(s.geom),
           coalesce((select o.is_synthetic from grids o where o.id = t.origin), false), china_today()
    from unnest(ids, fates, codes, names, levels, parents, shapes, origins) as t(id, fate, code, name, level, parent_id, shape, origin)
    join grids p on p.id = t.parent_id
    cross join lateral (select ST_Multi(ST_SetSRID(ST_GeomFromWKB(t.shape), 4326)) as geom) s
    where t.fate = 'new';

    -- employers, set-wise: by their points where these moved, else to what took their grid's place
    select array_agg(m.employer_id order by m.employer_id), array_agg(m.to_id order by m.employer_id) into movers, targets
    from employers_moving(wests, souths, easts, norths, '{}', '{}', '{}', '{}', '{}') m;
    perform from employers where id = any(movers) order by id for no key update;
    update employers e
       set grid_id = g.id, grid_path = g.path, grid_source = case when g.level = 4 then 'position' else 'none' end
      from unnest(movers, targets) as m(id, to_id) join grids g on g.id = m.to_id
     where e.id = m.id;
    get diagnostics moved = row_count;
    update employers e
       set grid_id = g.id, grid_path = g.path
      from unnest(ids, fates, successors) as t(id, fate, successor) join grids g on g.id = t.successor
     where t.fate = 'retired' and e.grid_id = t.id;
    get diagnostics declared = row_count;
    if undone is not null then
        update employers e set grid_id = g.id, grid_path = g.path
          from employer_moves m join grids g on g.id = m.from_grid_id
         where m.change_id = undone and e.id = m.employer_id and e.grid_source <> 'position' and e.grid_id = m.grid_id
           and g.valid_to is null;
    end if;

    -- people: what a grid's end ends, what a division begins
    with was as (
        select d.id, d.valid_to from duties d
        where d.grid_id = any(ended) and (d.valid_to is null or d.valid_to > china_today()) order by d.id for update
    ),
    gone as (update duties d set valid_to = greatest(d.valid_from, china_today()) from was where d.id = was.id)
    select jsonb_agg(jsonb_build_object('id', id, 'valid_to', valid_to)) into duties_ended from was;
    if (change->>'copy_duties')::boolean then
        with copied as (
            insert into duties (id, person_id, grid_id, grid_path, duty, valid_from, valid_to)
            select gen_random_uuid(), d.person_id, g.id, g.path, d.duty, china_today(), d.valid_to
            from unnest(ids, fates, origins) as t(id, fate, origin) join grids g on g.id = t.id
            join duties d on d.grid_id = t.origin and d.valid_from <= china_today() and (d.valid_to is null or d.valid_to >= china_today())
            where t.fate = 'new' returning id
        )
        select coalesce(jsonb_agg(id), '[]') into duties_begun from copied;
    end if;
    if undone is not null then
        update duties d set valid_to = (was->>'valid_to')::date
          from grid_changes c cross join lateral jsonb_array_elements(c.summary->'duties_ended') as was
         where c.id = undone and d.id = (was->>'id')::uuid and d.valid_to is not null;
    end if;
    -- the offices of a grid that ends go on at the grid that took its place, and come back with it
    with going as (
        select u.id, t.successor as to_id from unnest(ids, fates, successors) as t(id, fate, successor) join units u on u.grid_id = t.id
        where t.fate = 'retired' and t.successor is not null
        union all
        select (was->>'id')::uuid, (was->>'from')::uuid from grid_changes c, jsonb_array_elements(c.summary->'units_moved') was
        where c.id = undone
    ),
    moved_units as (
        update units u set grid_id = g.id, grid_path = g.path
          from going join grids g on g.id = going.to_id join units old on old.id = going.id
         where u.id = going.id returning u.id, old.grid_id as from_id, old.grid_path as from_path, g.path
    ),
    moved_appointments as (
        update appointments a set grid_path = m.path from moved_units m where a.unit_id = m.id and a.grid_path = m.from_path
    ),
    moved_people as (
        update people p set grid_path = m.path from moved_units m where p.unit_id = m.id and p.grid_path = m.from_path
    )
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'from', from_id)), '[]') into units_moved from moved_units;
    update patrols p set grid_id = g.id, grid_path = g.path
      from unnest(ids, fates, successors) as t(id, fate, successor) join grids g on g.id = t.successor
     where t.fate = 'retired' and p.grid_id = t.id and p.status in ('planned', 'started');

    update grid_changes set summary = summary || jsonb_build_object(
        'employers_moved', moved + declared, 'duties_ended', coalesce(duties_ended, '[]'), 'duties_begun', coalesce(duties_begun, '[]'),
        'units_moved', coalesce(units_moved, '[]'))
     where id = this;
    set constraints all immediate; -- prove the tiling now, so that a refusal comes with this statement
    set constraints all deferred;
    return (select summary from grid_changes where id = this);
end $$;

-- The phones of some people, with when the server last heard of each. What a phone has not sent, it alone knows.
create function phones_of(wanted uuid[]) returns table (device_id uuid, person_id uuid, person_name text, last_contact_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, p.id, p.name,
           greatest(d.last_seen_at, (select max(o.received_at) from sync_operations o where o.person_id = p.id and o.device_id = d.id))
    from people p join accounts a on a.person_id = p.id join devices d on d.account_id = a.id
    where p.id = any(wanted) and acting_may('grid.edit')
      and exists (select from sessions s where s.device_id = d.id and s.account_id = a.id and s.revoked_at is null and s.expires_at > now())
    order by 4 nulls first
$$;

-- ``tiles`` for a grid of the acting scope.
create function scope_tiles(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select tiles(g.id) from grids g where g.id = wanted and g.path <@ app_scope()
$$;

-- The changes after one that touch a grid which it touched, in the acting scope or not: undoing is the latest first. A change
-- that was undone, and its undoing, cancel out.
create function later_grid_changes(wanted uuid) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    with touched as (select grid_id from grid_versions where opened_by = wanted or closed_by = wanted)
    select c.id from grid_changes c
    where c.made_at > (select made_at from grid_changes where grid_changes.id = wanted) and c.undone_by is null and c.undoes is null
      and exists (select from grid_versions v where v.grid_id in (select grid_id from touched) and (v.opened_by = c.id or v.closed_by = c.id))
$$;

-- The states a change began or ended, for undoing it: those of neighbours out of scope too, for they got vertices by it.
create function grid_states_of_change(wanted uuid, were_ended boolean)
returns table (grid_id uuid, code text, name text, level int, parent_id uuid, path text, wkb bytea, in_scope boolean, version bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select v.grid_id, v.code, v.name, v.level, v.parent_id, v.path::text, ST_AsBinary(v.geom), v.path <@ app_scope(),
           (select max(n.id) from grid_versions n where n.grid_id = v.grid_id)
    from grid_versions v
    where (case when were_ended then v.closed_by else v.opened_by end) = wanted and acting_may('grid.edit')
      and exists (select from grid_changes c where c.id = wanted and c.grid_path <@ app_scope())
    order by v.level, v.code
$$;
