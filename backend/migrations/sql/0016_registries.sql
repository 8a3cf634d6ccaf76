-- Registry lists: read apart in their importer's scope, moved into the register in short transactions, so that no phone's feed
-- waits for a million rows.
alter table registry_imports enable row level security;
create policy scope on registry_imports for select using (grid_path <@ (select app_scope()));
create policy begin on registry_imports for insert
with check (grid_path <@ (select app_scope()) and made_by = (select app_person()));
create policy work on registry_imports for update using (grid_path <@ (select app_scope()));

alter table registry_import_rows enable row level security;
create policy scope on registry_import_rows for select using (grid_path <@ (select app_scope()));
create policy clear on registry_import_rows for delete using (grid_path <@ (select app_scope()));

alter table registry_rows enable row level security;
create policy scope on registry_rows for select using (grid_path <@ (select app_scope()));

alter table registry_mappings enable row level security;
create policy scope on registry_mappings for select using (grid_path <@ (select app_scope()));
create policy remember on registry_mappings for insert
with check (grid_path <@ (select app_scope()) and remembered_by = (select app_person()));
create policy correct on registry_mappings for update using (grid_path <@ (select app_scope()));

grant select on registry_imports, registry_import_rows, registry_rows, registry_mappings to wangge_app;
grant insert (id, source, grid_id, grid_path, file_name, sha256, size_bytes, state, stage, rows_done, attempt, answers, version, made_by)
    on registry_imports to wangge_app;
grant update (state, stage, rows_done, attempt, alive_at, answers, report, problem, result, version, updated_at, applied_by, applied_at)
    on registry_imports to wangge_app;
grant delete on registry_import_rows to wangge_app;
grant insert (number, severity, problems, raw, row_key, digest, uscc, registration_no, name, address, contact_name, contact_phone,
        industry_code, employees, registered_on, status, division, lon, lat, name_key, core, pinyin, place, address_key, blocks)
    on registry_chunk_rows to wangge_app;
grant insert on registry_mappings to wangge_app;
grant update (columns, remembered_by, remembered_at) on registry_mappings to wangge_app;

-- The work on a list goes on after its request has been answered. Whoever knows the secret of the attempt acts as the person
-- who began it, inside the area of that list and nowhere else, until the attempt ends.
create function registry_import_enter(wanted uuid) returns table (id uuid, grid_path text, state text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare this record;
begin
    select i.id, i.grid_path, i.state, case i.state when 'applying' then coalesce(i.applied_by, i.made_by) else i.made_by end as person
      into this from registry_imports i where i.attempt = wanted and i.state in ('reading', 'applying');
    if not found then return; end if;
    perform set_config('app.person_id', this.person::text, true), set_config('app.session_id', '', true),
            set_config('app.scope', array[this.grid_path]::text, true), set_config('app.attempt', wanted::text, true);
    return query select this.id, this.grid_path::text, this.state::text;
end $$;

-- A list whose worker has been silent (its server was killed): it gets a new attempt, and goes on with what is done already.
create function registry_import_resume(silent_s int, new_attempt uuid) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update registry_imports i set attempt = new_attempt, alive_at = now()
     where i.id = (select w.id from registry_imports w
                    where w.state in ('reading', 'applying') and w.alive_at < now() - make_interval(secs => silent_s)
                    order by w.alive_at limit 1 for update skip locked);
    return found;
end $$;

-- What may be written of one list, by whoever is inside its attempt.
create function registry_import_at_work(wanted uuid) returns registry_imports
language sql stable security definer set search_path = public, pg_temp as $$
    select i from registry_imports i where i.id = wanted and i.state in ('reading', 'applying') and i.grid_path <@ app_scope()
$$;

-- What has just been copied in belongs to the list at work; rows that are there already (after a kill) stay as they are.
create function registry_import_take_chunk(wanted uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare this registry_imports := registry_import_at_work(wanted);
begin
    if this.state is distinct from 'reading' then return; end if;
    insert into registry_import_rows (import_id, grid_path, written, number, severity, problems, raw, row_key, digest, uscc, registration_no, name, address, contact_name, contact_phone,
        industry_code, employees, registered_on, status, division, lon, lat, name_key, core, pinyin, place, address_key, blocks)
    select this.id, this.grid_path, false, number, severity, problems, raw, row_key, digest, uscc, registration_no, name, address, contact_name, contact_phone,
        industry_code, employees, registered_on, status, division, lon, lat, name_key, core, pinyin, place, address_key, blocks
    from registry_chunk_rows c where c.attempt = this.attempt on conflict do nothing;
    delete from registry_chunk_rows c where c.attempt = this.attempt;
end $$;

-- Rows that a file says twice: the first stands, the others are told which it was.
create function registry_import_mark_repeats(wanted uuid) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare n int;
begin
    if (registry_import_at_work(wanted)).id is null then return 0; end if;
    update registry_import_rows r
       set severity = 'error', raw = coalesce(r.raw, to_jsonb(array[r.name, r.uscc, r.address])),
           problems = r.problems || jsonb_build_object('code', 'repeated', 'field', 'name', 'value', f.first::text)
      from (select number, first_value(number) over (partition by row_key order by number) as first
            from registry_import_rows where import_id = wanted and row_key <> '' and severity <> 'error') f
     where r.import_id = wanted and r.number = f.number and f.first < f.number;
    get diagnostics n = row_count;
    return n;
end $$;

-- What writing would do: rows that are new, changed, as they were; and those that the list does not hold any more.
create function registry_import_outcomes(wanted uuid) returns table (added bigint, changed bigint, unchanged bigint, gone bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare this registry_imports := registry_import_at_work(wanted);
begin
    return query
    select count(*) filter (where r.id is null), count(*) filter (where r.digest <> s.digest or r.state = 'gone'),
           count(*) filter (where r.digest = s.digest and r.state <> 'gone'),
           (select count(*) from registry_rows o
             where o.source = this.source and o.list_grid_id = this.grid_id and o.state <> 'gone'
               and not exists (select from registry_import_rows x where x.import_id = wanted and x.row_key = o.row_key))
    from registry_import_rows s
    left join registry_rows r on r.source = this.source and r.list_grid_id = this.grid_id and r.row_key = s.row_key
    where s.import_id = wanted and s.severity <> 'error';
end $$;

-- Rows that a whole list does not hold any more, some thousand a call; returns how many. What had an error is not gone.
create function registry_import_let_go_gone(wanted uuid, size int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare this registry_imports := registry_import_at_work(wanted); n int;
begin
    update registry_rows r set state = 'gone', changed_at = now(), version = r.version + 1
     where r.id in (select o.id from registry_rows o
                     where o.source = this.source and o.list_grid_id = this.grid_id and o.state <> 'gone'
                       and not exists (select from registry_import_rows x where x.import_id = wanted and x.row_key = o.row_key)
                     limit size);
    get diagnostics n = row_count;
    delete from match_candidates c using registry_rows r where c.subject_id = r.id and r.state = 'gone' and r.list_grid_id = this.grid_id;
    return n;
end $$;

-- Move the next rows of a list into the register; what is moved is not there to be moved again. A file follows its registry
-- where it said the same before; what somebody wrote into it stays.
create function registry_import_move(wanted uuid, size int)
returns table (moved int, added int, changed int, unchanged int, last_number int)
language plpgsql security definer set search_path = public, pg_temp as $$
declare this registry_imports := registry_import_at_work(wanted);
begin
    if this.state is distinct from 'applying' then return; end if;
    perform set_config('wangge.change_source', 'registry:' || wanted, true);
    create temporary table moving on commit drop as
    select s.* from registry_import_rows s
    where s.import_id = wanted and s.severity <> 'error' and not s.written order by s.number limit size;
    create temporary table moving_places on commit drop as
    select m.number, case when at.grid_path <@ this.grid_path then at.grid_id end as at_id,
           case when at.grid_path <@ this.grid_path then at.grid_path end as at_path, d.id as division_id, d.path as division_path
    from moving m
    left join lateral grid_at(ST_SetSRID(ST_MakePoint(m.lon, m.lat), 4326)) at on m.lon is not null
    left join (
        -- a name that two places below bear says nothing
        select w.division, min(g.id::text)::uuid as id, min(g.path::text)::ltree as path
        from (select distinct x.division from moving x where x.division <> '') w
        join grids g on g.path <@ this.grid_path and g.valid_to is null
             and (g.code = w.division or g.name = w.division or g.name = regexp_replace(w.division, '(办事处|居委会|居民委员会|村委会|村民委员会)$', ''))
        group by w.division having count(*) = 1
    ) d on d.division = m.division;

    create temporary table moving_old on commit drop as
    select r.id, r.row_key, r.digest, r.state, r.employer_id, r.name, r.address, r.contact_name, r.contact_phone, r.industry_code, r.employees
    from registry_rows r join moving m on r.source = this.source and r.list_grid_id = this.grid_id and r.row_key = m.row_key;

    insert into registry_rows as r (id, import_id, source, list_grid_id, number, row_key, digest, uscc, registration_no, name, address,
        contact_name, contact_phone, industry_code, employees, registered_on, status, division, position, position_source, grid_id, grid_path,
        grid_source, state, version, name_key, core, pinyin, place, address_key, blocks)
    select gen_random_uuid(), wanted, this.source, this.grid_id, m.number, m.row_key, m.digest, m.uscc, m.registration_no, m.name, m.address,
           m.contact_name, m.contact_phone, m.industry_code, m.employees, m.registered_on, m.status, m.division,
           case when p.at_id is not null then ST_SetSRID(ST_MakePoint(m.lon, m.lat), 4326) end,
           case when p.at_id is not null then 'registry' end,
           coalesce(p.at_id, p.division_id, this.grid_id), coalesce(p.at_path, p.division_path, this.grid_path),
           case when p.at_id is not null then 'position' when p.division_id is not null then 'division' else 'list' end,
           case when m.status ~ '注销|吊销|撤销|非正常户注销|已关闭|停业|清算' then 'closed' else 'open' end, 1,
           m.name_key, m.core, m.pinyin, m.place, m.address_key, m.blocks
    from moving m join moving_places p using (number)
    on conflict (source, list_grid_id, row_key) do update
       set import_id = excluded.import_id, number = excluded.number, digest = excluded.digest, uscc = excluded.uscc,
           registration_no = excluded.registration_no, name = excluded.name, address = excluded.address,
           contact_name = excluded.contact_name, contact_phone = excluded.contact_phone, industry_code = excluded.industry_code,
           employees = excluded.employees, registered_on = excluded.registered_on, status = excluded.status, division = excluded.division,
           -- a point set by hand or found by the geocoder holds as long as the address does
           position = case when excluded.position is not null or r.address <> excluded.address then excluded.position else r.position end,
           position_source = case when excluded.position is not null or r.address <> excluded.address then excluded.position_source
                                  else r.position_source end,
           geocoded_at = case when r.address = excluded.address then r.geocoded_at end,
           grid_id = case when excluded.position is null and r.position is not null and r.address = excluded.address then r.grid_id
                          else excluded.grid_id end,
           grid_path = case when excluded.position is null and r.position is not null and r.address = excluded.address then r.grid_path
                            else excluded.grid_path end,
           grid_source = case when excluded.position is null and r.position is not null and r.address = excluded.address then r.grid_source
                              else excluded.grid_source end,
           state = excluded.state, changed_at = now(), version = r.version + 1, name_key = excluded.name_key, core = excluded.core,
           pinyin = excluded.pinyin, place = excluded.place, address_key = excluded.address_key, blocks = excluded.blocks
     where r.digest <> excluded.digest or r.state = 'gone';

    update employers e
       set name = case when e.name = o.name then m.name else e.name end,
           address = case when e.address = o.address and m.address <> '' then m.address else e.address end,
           contact_name = case when e.contact_name = o.contact_name and m.contact_name <> '' then m.contact_name else e.contact_name end,
           contact_phone = case when e.contact_phone = o.contact_phone and m.contact_phone <> '' then m.contact_phone else e.contact_phone end,
           industry_code = case when e.industry_code = o.industry_code then coalesce(m.industry_code, e.industry_code) else e.industry_code end,
           employees = case when e.employees = o.employees then coalesce(m.employees, e.employees) else e.employees end,
           version = e.version + 1
      from moving m join moving_old o using (row_key)
     where e.id = o.employer_id and o.digest <> m.digest
       and ((e.name = o.name and e.name <> m.name) or (e.address = o.address and m.address not in ('', e.address))
            or (e.contact_name = o.contact_name and m.contact_name not in ('', e.contact_name))
            or (e.contact_phone = o.contact_phone and m.contact_phone not in ('', e.contact_phone))
            or (e.industry_code = o.industry_code and m.industry_code <> e.industry_code)
            or (e.employees = o.employees and m.employees <> e.employees));

    delete from registry_import_rows s using moving m
     where s.import_id = wanted and s.number = m.number and m.severity = 'none';
    update registry_import_rows s set written = true from moving m
     where s.import_id = wanted and s.number = m.number and m.severity = 'warning';
    return query
    select count(*)::int, count(*) filter (where o.id is null)::int,
           count(*) filter (where o.digest <> m.digest or o.state = 'gone')::int,
           count(*) filter (where o.digest = m.digest and o.state <> 'gone')::int, max(m.number)
    from moving m left join moving_old o using (row_key);
    drop table moving, moving_places, moving_old;
end $$;

-- Of rows with one credit code and no file, from several registries, one stands for all. Some thousand rows of a list a call,
-- after the row ``after``; returns the last one looked at.
create function registry_import_settle(wanted uuid, after uuid, size int) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare this registry_imports := registry_import_at_work(wanted); ids uuid[]; codes text[];
begin
    select array_agg(w.id order by w.id), array_agg(w.uscc) into ids, codes
    from (select r.id, r.uscc from registry_rows r
           where r.list_grid_id = this.grid_id and r.source = this.source and r.id > after order by r.id limit size) w;
    if ids is null then return null; end if;
    update registry_rows r set state = n.state
      from (select o.id, case when o.employer_id is null and row_number() over (partition by o.uscc, o.employer_id is null
                                                     order by array_position(array['market_regulation', 'tax', 'social_insurance'], o.source::text), o.id) > 1
                              then 'repeated' else 'open' end as state
              from registry_rows o where o.uscc = any(codes) and o.state in ('open', 'repeated')) n
     where r.id = n.id and r.state <> n.state;
    return ids[cardinality(ids)];
end $$;

-- A row of the register gets its point by hand; its grid follows. Outside of the acting scope nothing is done.
create function place_registry_row(wanted uuid, lon float8, lat float8) returns table (new_grid_path ltree)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    return query
    update registry_rows r
       set position = ST_SetSRID(ST_MakePoint(lon, lat), 4326), position_source = 'map', grid_id = g.grid_id, grid_path = g.grid_path,
           grid_source = 'position', version = r.version + 1
      from grid_at(ST_SetSRID(ST_MakePoint(lon, lat), 4326)) g
     where r.id = wanted and r.grid_path <@ app_scope() and g.grid_path <@ app_scope()
    returning r.grid_path;
    update match_candidates c set grid_path = r.grid_path from registry_rows r where r.id = wanted and c.subject_id = wanted;
end $$;

-- Addresses without a point, for the deployment's geocoder: as many as the day's allowance leaves.
create function registry_rows_to_geocode(size int) returns table (id uuid, address text)
language sql volatile security definer set search_path = public, pg_temp as $$
    update registry_rows r set geocoded_at = now()
     where r.id in (select w.id from registry_rows w
                     where w.position is null and w.geocoded_at is null and w.address <> '' and w.state = 'open'
                     order by w.id limit greatest(0, least(size, (policy('geocode_per_day'))::int - (
                         select count(*) from registry_rows d where d.geocoded_at >= china_today()::timestamp at time zone 'Asia/Shanghai')::int))
                     for update skip locked)
    returning r.id, r.address
$$;

-- What the geocoder found, kept only where it lies in the list's own area and nobody has been faster.
create function keep_geocoded(ids uuid[], lons float8[], lats float8[]) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare n int;
begin
    update registry_rows r
       set position = ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), position_source = 'geocoder', grid_id = at.grid_id,
           grid_path = at.grid_path, grid_source = 'position', version = r.version + 1
      from unnest(ids, lons, lats) as w(id, lon, lat)
      cross join lateral grid_at(ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326)) at
      join grids l on at.grid_path <@ l.path
     where r.id = w.id and l.id = r.list_grid_id and r.position is null and r.geocoded_at is not null;
    get diagnostics n = row_count;
    update match_candidates c set grid_path = r.grid_path from registry_rows r
     where r.id = any(ids) and c.subject_id = r.id and c.grid_path <> r.grid_path;
    return n;
end $$;

revoke all on function registry_import_enter(uuid), registry_import_resume(int, uuid), registry_import_at_work(uuid),
    registry_import_take_chunk(uuid), registry_import_mark_repeats(uuid), registry_import_outcomes(uuid), registry_import_let_go_gone(uuid, int),
    registry_import_move(uuid, int), registry_import_settle(uuid, uuid, int), place_registry_row(uuid, float8, float8),
    registry_rows_to_geocode(int), keep_geocoded(uuid[], float8[], float8[]) from public;
grant execute on function registry_import_enter(uuid), registry_import_resume(int, uuid),
    registry_import_take_chunk(uuid), registry_import_mark_repeats(uuid), registry_import_outcomes(uuid), registry_import_let_go_gone(uuid, int),
    registry_import_move(uuid, int), registry_import_settle(uuid, uuid, int), place_registry_row(uuid, float8, float8),
    registry_rows_to_geocode(int), keep_geocoded(uuid[], float8[], float8[]) to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('registry.read', 230, 'read', '查看登记名单', 'See registry lists', '市场监管、税务、社保登记名单及其对应的单位档案', 'Lists of market regulation, tax and social insurance, and the files they belong to'),
 ('registry.edit', 232, 'write', '导入登记名单', 'Import registry lists', '上传、核对、写入外部门名单', 'Upload, check and write lists of other departments'),
 ('registry.match', 234, 'write', '匹配单位', 'Match employers', '核对名单、现场登记与单位档案是否同一家，撤销匹配', 'Say which file a list''s row or a sighting belongs to, and undo it');
insert into role_rights (role, right_code) values
 ('city', 'registry.read'), ('county', 'registry.read'), ('street', 'registry.read'), ('auditor', 'registry.read'),
 ('city', 'registry.edit'), ('county', 'registry.edit'),
 ('city', 'registry.match'), ('county', 'registry.match'), ('street', 'registry.match');

insert into policies (key, valid_from, value, unit, source) values
 ('registry_max_bytes', '2026-01-01', '500000000', 'bytes', 'docs/decisions/0024: a million rows as CSV are some 250 MB'),
 ('registry_max_rows', '2026-01-01', '1100000', 'rows', 'docs/decisions/0024: a sheet of XLSX holds 1,048,576'),
 ('registry_max_columns', '2026-01-01', '500', 'columns', 'docs/decisions/0024'),
 ('registry_read_seconds', '2026-01-01', '1800', 's', 'docs/decisions/0024'),
 ('registry_read_memory_bytes', '2026-01-01', '3000000000', 'bytes', 'docs/decisions/0024: a million rows of XLSX take 1.3 GB while read'),
 ('registry_marked_rows_max', '2026-01-01', '50000', 'rows', 'docs/decisions/0024: what a person can mend at all'),
 ('geocode_per_day', '2026-01-01', '8000', 'addresses', 'deployment''s choice: 天地图 allows a personal key 10,000 a day'),
 ('geocode_score_min', '2026-01-01', '80', 'of 100', 'deployment''s choice; docs/decisions/0024'),
 ('match_weights', '2026-01-01',
  '{"code_same": 90, "code_other": -60, "name_same": 60, "name_sounds": 40, "name_alike": 30, "branch_differs": -60, "place_differs": -40,
    "address_same": 30, "address_alike": 15, "phone_same": 25, "near": 20, "far": -30, "same_grid": 5}',
  'points of 100', 'deployment''s choice, measured by tests/backend/matching/test_quality.py; docs/decisions/0024'),
 ('match_auto_from', '2026-01-01', '85', 'points of 100', 'deployment''s choice: precision of at least 0.995 on the test set'),
 ('match_ask_from', '2026-01-01', '45', 'points of 100', 'deployment''s choice; docs/decisions/0024'),
 ('match_margin', '2026-01-01', '10', 'points', 'deployment''s choice: the second best must be so far behind'),
 ('match_near_m', '2026-01-01', '100', 'm', 'deployment''s choice: within a poor fix'),
 ('match_far_m', '2026-01-01', '3000', 'm', 'deployment''s choice');
