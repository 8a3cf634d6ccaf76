-- Grids tile their parent: exactly, and always, whoever writes. The children's oriented boundary segments add up to the
-- parent's: every inner border is walked once each way and cancels, what is left is the parent's own. No tolerance, no noding.
-- (The sum of the children's indicator functions then has the parent's boundary, so it is the parent's indicator.)
create function tiles(parent uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    with pieces as (
        select -1 as sign, geom from grids where id = parent and valid_to is null
        union all
        select 1, geom from grids where parent_id = parent and valid_to is null
    ),
    walked as (
        select p.sign, ST_X(a) as ax, ST_Y(a) as ay, ST_X(b) as bx, ST_Y(b) as by
        from pieces p
        cross join lateral ST_DumpSegments(ST_ForcePolygonCCW(p.geom)) s
        cross join lateral (select ST_StartPoint(s.geom) as a, ST_EndPoint(s.geom) as b offset 0) ends
    )
    select not exists (select from pieces where sign = 1) or not exists (
        select from walked
        group by least((ax, ay), (bx, by)), greatest((ax, ay), (bx, by))
        having sum(case when (ax, ay) < (bx, by) then sign else -sign end) <> 0
    )
$$;
revoke all on function tiles(uuid) from public;

-- One lock for whoever changes the territory, so that two changes, each good by itself, are never judged apart.
create function lock_territory() returns void language sql as $$ select pg_advisory_xact_lock(hashtext('wangge.territory')) $$;

-- Which parents this transaction has to prove; each is proved once, when it commits.
create function note_tiling() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into tiling_checks (tx, parent_id)
        select pg_current_xact_id()::text::bigint, p from (
            select parent_id as p from new_rows union select id from new_rows) t where p is not null
        on conflict do nothing;
    elsif tg_op = 'DELETE' then
        insert into tiling_checks (tx, parent_id)
        select distinct pg_current_xact_id()::text::bigint, parent_id from old_rows where parent_id is not null
        on conflict do nothing;
    else
        insert into tiling_checks (tx, parent_id)
        select pg_current_xact_id()::text::bigint, p from (
            select unnest(array[o.parent_id, n.parent_id, n.id]) as p from old_rows o join new_rows n using (id)
            where (o.geom, o.parent_id, o.path, o.valid_to) is distinct from (n.geom, n.parent_id, n.path, n.valid_to)
        ) t where p is not null
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger grids_inserted_tile after insert on grids
referencing new table as new_rows for each statement execute function note_tiling();
create trigger grids_updated_tile after update on grids
referencing old table as old_rows new table as new_rows for each statement execute function note_tiling();
create trigger grids_deleted_tile after delete on grids
referencing old table as old_rows for each statement execute function note_tiling();

create function check_tiling() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from tiling_checks where tx = new.tx and parent_id = new.parent_id;
    if not found then
        return null;
    end if;
    perform lock_territory();
    if not tiles(new.parent_id) then
        raise exception 'the grids below % leave a gap, overlap, or reach beyond it', new.parent_id
        using errcode = 'check_violation', constraint = 'ck_grids_tile_parent', table = 'grids';
    end if;
    return null;
end $$;
create constraint trigger tiling_checked after insert on tiling_checks
deferrable initially deferred for each row execute function check_tiling();

-- What is wrong below a parent, the largest first: gaps (no grid), overlaps (two), parts outside of it. Only asked for when
-- the chain above does not hold; areas in m² on the ellipsoid.
create function tiling_faults(parent uuid, at_most int)
returns table (kind text, grid_ids uuid[], names text[], area_m2 float8, geom geometry, total bigint)
language sql stable set search_path = public, pg_temp as $$
    with whole as (select geom from grids where id = parent and valid_to is null),
    parts as materialized (select id, code, name, geom from grids where parent_id = parent and valid_to is null),
    joined as materialized (select ST_Union(geom) as geom from parts),
    found as (
        select 'gap' as kind, '{}'::uuid[] as grid_ids, '{}'::text[] as names, (ST_Dump(ST_Difference(w.geom, j.geom))).geom
        from whole w, joined j where j.geom is not null
        union all
        select 'overlap', array[a.id, b.id], array[a.name, b.name], (ST_Dump(ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3))).geom
        from parts a join parts b on a.code < b.code and a.geom && b.geom and ST_Intersects(a.geom, b.geom)
        union all
        select 'outside', array[p.id], array[p.name], (ST_Dump(ST_CollectionExtract(ST_Difference(p.geom, w.geom), 3))).geom
        from parts p, whole w where not ST_Covers(w.geom, p.geom)
    )
    select kind, grid_ids, names, ST_Area(geom::geography), geom, count(*) over ()
    from found order by 4 desc limit at_most
$$;
