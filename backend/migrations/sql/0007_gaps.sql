-- The gap board. Whether children tile their parent takes a while to find out on large parents, and changes seldom: it is kept
-- per parent, marked stale in the transaction that changes a shape, and looked at again by the next who asks. No change leaves
-- a gap behind (0002_tiling.sql); this finds what was there before, and grids that have none below them yet.

-- Look again at the parents whose shapes have changed, for a third of a second at most: a whole city's import is spread over
-- the next readers. One that another looks at just now is left to her.
create function refresh_grid_tilings() returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parent record;
    exact boolean;
    began timestamptz := clock_timestamp();
begin
    for parent in
        select t.parent_id, g.geom from grid_tilings t join grids g on g.id = t.parent_id
        where t.is_stale order by t.parent_id for update of t skip locked
    loop
        exact := tiles(parent.parent_id)
                 and exists (select from grids where parent_id = parent.parent_id and valid_to is null);
        update grid_tilings t
           set is_exact = exact, is_stale = false, checked_at = now(), children = c.n,
               gap_m2 = case when exact then 0 else ST_Area(ST_Difference(parent.geom, c.together)::geography) end,
               overlap_m2 = case when exact then 0
                   else greatest(0, c.m2 - ST_Area(c.together::geography))
                        + ST_Area(ST_Difference(c.together, parent.geom)::geography) end
          from (select count(*) as n, coalesce(sum(case when not exact then ST_Area(geom::geography) end), 0) as m2,
                       case when not exact then coalesce(ST_UnaryUnion(ST_Collect(geom)), 'SRID=4326;POLYGON EMPTY'::geometry) end as together
                from grids where parent_id = parent.parent_id and valid_to is null) c
         where t.parent_id = parent.parent_id;
        exit when clock_timestamp() > began + interval '300 milliseconds';
    end loop;
    return (select count(*) from grid_tilings where is_stale);
end $$;
revoke all on function refresh_grid_tilings() from public;
grant execute on function refresh_grid_tilings() to wangge_app;

create function grids_make_tilings_stale() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into grid_tilings (parent_id, grid_path)
        select g.id, g.path from grids g
        where g.level < 4 and g.valid_to is null and g.id in (select id from new_rows union select parent_id from new_rows)
        order by g.id on conflict (parent_id) do update set is_stale = true, grid_path = excluded.grid_path;
        return null;
    end if;
    insert into grid_tilings (parent_id, grid_path)
    select g.id, g.path from grids g
    where g.level < 4 and g.valid_to is null and g.id in (
        select unnest(array[n.id, n.parent_id, o.parent_id]) from new_rows n join old_rows o using (id)
        where (o.parent_id, o.valid_to, o.path) is distinct from (n.parent_id, n.valid_to, n.path)
           or not ST_OrderingEquals(o.geom, n.geom))
    order by g.id on conflict (parent_id) do update set is_stale = true, grid_path = excluded.grid_path;
    delete from grid_tilings t using new_rows n where t.parent_id = n.id and n.valid_to is not null;
    return null;
end $$;
create trigger grids_inserted_make_stale after insert on grids
referencing new table as new_rows for each statement execute function grids_make_tilings_stale();
create trigger grids_updated_make_stale after update on grids
referencing old table as old_rows new table as new_rows for each statement execute function grids_make_tilings_stale();
insert into grid_tilings (parent_id, grid_path) select id, path from grids where level < 4 and valid_to is null;

alter table grid_tilings enable row level security;
create policy scope on grid_tilings for select using (grid_path <@ (select app_scope()));
grant select on grid_tilings to wangge_app;

-- Today's duties in the acting scope whose holder has no valid certificate (``until`` null) or one that ends soon. As the owner,
-- because somebody may answer for a grid in the scope whose own file, and with it her certificate, lies outside of it.
create function duties_lapsing() returns table (duty_id uuid, until date)
language sql stable security definer set search_path = public, pg_temp as $$
    with held as materialized (
        select d.id, d.person_id from duties d
        where d.grid_path <@ app_scope() and d.valid_from <= china_today() and (d.valid_to is null or d.valid_to >= china_today())
    ),
    certified as (
        select p.id as person_id, max(coalesce(c.expires_on, 'infinity'::date)) as until
        from (select distinct person_id from held) h
        join people p on p.id = h.person_id
        join certificate_requirements r on r.person_kind = p.kind
         and r.valid_from <= china_today() and (r.valid_to is null or r.valid_to >= china_today())
        join certificates c on c.person_id = p.id and c.kind = r.certificate_kind and c.issued_on <= china_today()
         and (c.expires_on is null or c.expires_on >= china_today()) and (c.revoked_on is null or c.revoked_on > china_today())
        group by p.id
    )
    select h.id, c.until from held h left join certified c using (person_id)
    where c.until is null or c.until <= china_today() + (select policy('certificate_reminder_days')::int)
$$;
revoke all on function duties_lapsing() from public;
grant execute on function duties_lapsing() to wangge_app;

-- The certificate that the holder of a duty in the scope has or last had: its kind and days, nothing else of her file.
create function certificate_of_duty(wanted uuid) returns json
language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('kind', c.kind, 'expires_on', c.expires_on, 'revoked_on', c.revoked_on)
    from duties d join certificates c on c.person_id = d.person_id and c.issued_on <= china_today()
    where d.id = wanted and d.grid_path <@ app_scope()
    order by least(c.revoked_on, c.expires_on) desc nulls first, c.issued_on desc limit 1
$$;
revoke all on function certificate_of_duty(uuid) from public;
grant execute on function certificate_of_duty(uuid) to wangge_app;

-- An employer without a place, or standing in no community grid, is put on the map from the desk. Its grid follows from the
-- place; neither where it was nor where it comes to lie may be outside of the acting scope: then nothing is done.
create function place_employer(employer uuid, lon float8, lat float8) returns table (new_grid_path ltree)
language sql volatile security definer set search_path = public, pg_temp as $$
    update employers e
       set position = ST_SetSRID(ST_MakePoint(lon, lat), 4326), accuracy_m = null, position_source = 'map',
           grid_id = g.grid_id, grid_path = g.grid_path, grid_source = g.grid_source, version = e.version + 1
      from (select g.* from employers o cross join lateral grids_for_registering(
                array[lon], array[lat], array[case when o.grid_source <> 'none' then o.grid_id end]) g
            where o.id = place_employer.employer) g
     where e.id = place_employer.employer and e.grid_path <@ app_scope() and g.grid_path <@ app_scope()
    returning e.grid_path
$$;
revoke all on function place_employer(uuid, float8, float8) from public;
grant execute on function place_employer(uuid, float8, float8) to wangge_app;

insert into role_rights (role, right_code) values ('city', 'gap.read'), ('county', 'gap.read'), ('street', 'gap.read'), ('auditor', 'gap.read')
on conflict do nothing;
