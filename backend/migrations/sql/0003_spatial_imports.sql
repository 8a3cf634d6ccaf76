-- Imports of areas and points: the file's features wait here, in the scope of the grid they belong into, until they are applied.
alter table spatial_imports enable row level security;
create policy scope on spatial_imports for select using (grid_path <@ (select app_scope()));
create policy begin on spatial_imports for insert
with check (grid_path <@ (select app_scope()) and made_by = (select app_person()));
create policy work on spatial_imports for update using (grid_path <@ (select app_scope()));

alter table spatial_import_features enable row level security;
create policy scope on spatial_import_features for select using (grid_path <@ (select app_scope()));
create policy read_apart on spatial_import_features for insert with check (grid_path <@ (select app_scope()));
create policy clear on spatial_import_features for delete using (grid_path <@ (select app_scope()));

grant select on spatial_imports, spatial_import_features to wangge_app;
grant insert (id, target, level, grid_id, grid_path, file_name, sha256, size_bytes, state, stage, attempt, answers, version, made_by)
    on spatial_imports to wangge_app;
grant update (state, stage, attempt, alive_at, answers, report, problem, result, version, updated_at, applied_by, applied_at)
    on spatial_imports to wangge_app;
grant insert (import_id, position, grid_path, code, name, severity, left_out, codes, defects, repairs, attributes, parent_id,
    area_m2, shape, preview, spot, employer_id, moved_m, accuracy_m, outcome) on spatial_import_features to wangge_app;
grant delete on spatial_import_features to wangge_app;

-- The reading of a file goes on after its request has been answered, and after its person has signed out. Whoever knows the
-- secret of the attempt acts as that person, inside the grid of that import and nowhere else, until the attempt ends.
create function spatial_import_enter(wanted uuid) returns table (id uuid, grid_path text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare found_import record;
begin
    select i.id, i.grid_path, i.made_by into found_import from spatial_imports i
     where i.attempt = wanted and i.state = 'reading';
    if not found then return; end if;
    perform set_config('app.person_id', found_import.made_by::text, true),
            set_config('app.session_id', '', true),
            set_config('app.scope', array[found_import.grid_path]::text, true);
    return query select found_import.id, found_import.grid_path::text;
end $$;

-- What was under way when its server stopped: a reading has failed and can be begun again; an applying wrote nothing, for it
-- is one transaction. Each gives a sign of life every few seconds.
create function spatial_imports_let_go(silent_s int, problem jsonb) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare let_go int;
begin
    update spatial_imports i
       set state = case i.state when 'reading' then 'failed' else 'ready' end, stage = '', attempt = null, version = i.version + 1,
           problem = spatial_imports_let_go.problem, updated_at = now()
     where i.state in ('reading', 'applying') and i.alive_at < now() - make_interval(secs => silent_s);
    get diagnostics let_go = row_count;
    return let_go;
end $$;

-- Give employers the points of an import, all at once: only employers and places in the acting scope, only the import that is
-- being applied. Each employer's grid follows from its point, as everywhere: the deepest, then the lowest code.
create function spatial_import_set_positions(wanted uuid) returns table (employer_id uuid, outcome text)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from spatial_imports i where i.id = wanted and i.state = 'applying' and i.target = 'employer_points'
                   and i.grid_path <@ app_scope()) then
        raise exception 'no such import to apply' using errcode = 'insufficient_privilege';
    end if;
    perform from employers e where e.id in (
        select f.employer_id from spatial_import_features f where f.import_id = wanted and f.outcome = 'moves')
    order by e.id for no key update;
    create temporary table placed_points on commit drop as
    select distinct on (f.position) f.position, f.employer_id, f.spot, f.accuracy_m, g.id as grid_id, g.path as grid_path
    from grids g join spatial_import_features f on g.geom && f.spot and ST_Covers(g.geom, f.spot)
    where f.import_id = wanted and f.outcome = 'moves' and g.valid_to is null
    order by f.position, g.level desc, g.code;
    update spatial_import_features f
       set outcome = 'moved', old_position = case when e.position is not null then array[ST_X(e.position), ST_Y(e.position)] end
      from placed_points p join employers e on e.id = p.employer_id
     where f.import_id = wanted and f.position = p.position and p.grid_path <@ app_scope() and e.grid_path <@ app_scope();
    update employers e
       set position = p.spot, accuracy_m = p.accuracy_m, position_source = 'import', grid_id = p.grid_id, grid_path = p.grid_path,
           grid_source = 'position', version = e.version + 1
      from placed_points p join spatial_import_features f on f.import_id = wanted and f.position = p.position and f.outcome = 'moved'
     where e.id = p.employer_id;
    update spatial_import_features f set outcome = 'outside' where f.import_id = wanted and f.outcome = 'moves';
    return query select f.employer_id, f.outcome::text from spatial_import_features f where f.import_id = wanted;
end $$;

insert into role_rights (role, right_code) values
 ('city', 'export.read'), ('county', 'export.read'), ('street', 'export.read'), ('auditor', 'export.read'),
 ('city', 'grid.edit'), ('county', 'grid.edit')
on conflict do nothing;

insert into policies (key, valid_from, value, unit, source) values
 ('import_max_bytes', '2026-01-01', '50000000', 'bytes', 'docs/decisions/0011: deployment''s choice; a city''s communities take 20 MB'),
 ('import_max_features', '2026-01-01', '100000', 'features', 'docs/decisions/0011'),
 ('import_points_max', '2026-01-01', '20000', 'points', 'docs/decisions/0011: written in one transaction of some ten seconds'),
 ('import_read_seconds', '2026-01-01', '180', 's', 'docs/decisions/0011'),
 ('import_read_memory_bytes', '2026-01-01', '1500000000', 'bytes', 'docs/decisions/0011: beyond the reader''s own libraries'),
 ('import_far_move_m', '2026-01-01', '1000', 'm', 'docs/decisions/0011: farther than any datum mistaken for another (GCJ-02, BD-09)'),
 ('export_max_features', '2026-01-01', '100000', 'features', 'docs/decisions/0011: what one import may hold again');
