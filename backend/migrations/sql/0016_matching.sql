-- Matching: keys are made outside of the database (pinyin, traditional characters), everything else is set-wise in here.
alter table employer_keys enable row level security;
alter table employer_keys_due enable row level security;
alter table match_candidates enable row level security;
create policy scope on match_candidates for select using (grid_path <@ (select app_scope()));
alter table match_decisions enable row level security;
create policy scope on match_decisions for select using (grid_path <@ (select app_scope()));
grant select on match_candidates, match_decisions to wangge_app;

-- What has to be compared anew: new files, and those whose name, address, number or code has changed. A file that is returned
-- is nobody's file any more, and its registry rows are without one again.
create function employers_note_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into employer_keys_due (employer_id) select id from new_rows;
        return null;
    end if;
    insert into employer_keys_due (employer_id)
    select n.id from new_rows n join old_rows o using (id)
     where (n.name, n.address, n.contact_phone, n.uscc, n.review_state) is distinct from (o.name, o.address, o.contact_phone, o.uscc, o.review_state);
    update registry_rows r set employer_id = null, matched_by = null, match_score = null, version = r.version + 1
      from new_rows n join old_rows o using (id)
     where r.employer_id = n.id and n.review_state = 'returned' and o.review_state <> 'returned';
    update match_candidates c set grid_path = n.grid_path from new_rows n join old_rows o using (id)
     where c.subject_kind = 'sighting' and c.subject_id = n.id and n.grid_path <> o.grid_path;
    return null;
end $$;
create trigger employers_inserted_note_keys after insert on employers
referencing new table as new_rows for each statement execute function employers_note_keys();
create trigger employers_updated_note_keys after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function employers_note_keys();
insert into employer_keys_due (employer_id) select id from employers;

-- What names and addresses begin with: the city, its counties and zones. Names of places are no secret to anybody.
create function place_names() returns table (level int, name text)
language sql stable security definer set search_path = public, pg_temp as $$
    select g.level, g.name from grids g where g.level <= 2 and g.valid_to is null order by g.code
$$;

-- Take some that are due: one server at a time, so that two new files cannot miss each other. What changes meanwhile is noted
-- anew, and nobody who writes a file waits for this.
create function employers_without_keys(size int) returns table (id uuid, name text, address text, phone text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    if not pg_try_advisory_xact_lock(hashtext('wangge.employer_keys')) then return; end if;
    return query
    with taken as (
        delete from employer_keys_due d where d.id in (select w.id from employer_keys_due w order by w.id limit size)
        returning d.employer_id)
    select e.id, e.name::text, e.address::text, e.contact_phone::text from employers e where e.id in (select t.employer_id from taken t);
end $$;

create function digits_of(phone text) returns text language sql immutable as
$$ select right(regexp_replace(phone, '\D', '', 'g'), 11) $$;

-- Every pair that is worth a look, with its points. Registry rows and sightings are compared with the files; files of other
-- grids only by credit code. Each point comes from a policy and is told.
create function match_scores(kind text, ids uuid[])
returns table (subject_id uuid, employer_id uuid, score int, reasons jsonb)
language plpgsql stable security definer set search_path = public, pg_temp set jit = off as $$
declare
    w jsonb := policy('match_weights');
    near_m float8 := (policy('match_near_m'))::float8;
    far_m float8 := (policy('match_far_m'))::float8;
    ask int := (policy('match_ask_from'))::int;
begin
    return query
    with s as materialized (
        select r.id, r.uscc, r.name_key, r.core, r.pinyin, r.place, r.address_key, digits_of(r.contact_phone) as phone, r.position,
               r.grid_path, r.blocks, l.path as within
        from registry_rows r join grids l on l.id = r.list_grid_id where kind = 'registry_row' and r.id = any(ids)
        union all
        select e.id, e.uscc, k.name_key, k.core, k.pinyin, k.place, k.address_key, k.phone, e.position, e.grid_path, k.blocks,
               case when nlevel(e.grid_path) > 2 then subpath(e.grid_path, 0, 2) else e.grid_path end
        from employers e join employer_keys k on k.employer_id = e.id where kind = 'sighting' and e.id = any(ids)
    ),
    by_code as materialized (
        select s.id as subject, e.id as employer from s join employers e on e.uscc = s.uscc
        where e.review_state <> 'returned' and e.duplicate_of is null and e.id <> s.id
    ),
    pairs as (
        select subject, employer from by_code
        union
        select s.id, k.employer_id
        from s cross join lateral (select x.employer_id from employer_keys x where x.blocks && s.blocks limit 400) k
        where s.id not in (select b.subject from by_code b)
    ),
    compared as (
        select p.subject, p.employer,
               s.uscc = e.uscc as code_same, s.uscc <> e.uscc as code_other,
               s.name_key = k.name_key as name_same, s.pinyin = k.pinyin and s.pinyin <> '' as sounds,
               greatest(similarity(s.core, k.core), 0.9 * similarity(s.pinyin, k.pinyin)) as alike,
               split_part(s.name_key, '|', 2) <> split_part(k.name_key, '|', 2) as branch_differs,
               s.place <> k.place and s.place <> '' and k.place <> '' as place_differs,
               s.address_key = k.address_key and s.address_key ~ '\d' as address_same,
               case when s.address_key <> '' and k.address_key <> '' then similarity(s.address_key, k.address_key) else 0 end as address_alike,
               s.phone = k.phone and length(s.phone) >= 7 as phone_same,
               ST_Distance(s.position::geography, e.position::geography) as metres,
               s.grid_path = e.grid_path and nlevel(s.grid_path) = 4 as same_grid
        from pairs p join s on s.id = p.subject join employers e on e.id = p.employer join employer_keys k on k.employer_id = p.employer
        where e.review_state <> 'returned' and e.duplicate_of is null and e.id <> s.id
          and (kind = 'registry_row' or e.review_state = 'accepted')
          and (s.uscc = e.uscc or e.grid_path <@ s.within)
    ),
    points as (
        select c.subject, c.employer, x.code, x.points, x.seen
        from compared c cross join lateral (values
            ('code_same', case when c.code_same then (w ->> 'code_same')::int end, null::float8),
            ('code_other', case when c.code_other then (w ->> 'code_other')::int end, null),
            ('name_same', case when c.name_same then (w ->> 'name_same')::int end, null),
            ('name_sounds', case when not c.name_same and c.sounds then (w ->> 'name_sounds')::int end, null),
            ('name_alike', case when not c.name_same and not c.sounds and c.alike >= 0.4 then round((w ->> 'name_alike')::int * c.alike)::int end,
             round((c.alike * 100)::numeric)::float8),
            ('branch_differs', case when c.branch_differs then (w ->> 'branch_differs')::int end, null),
            ('place_differs', case when c.place_differs then (w ->> 'place_differs')::int end, null),
            ('address_same', case when c.address_same then (w ->> 'address_same')::int end, null),
            ('address_alike', case when not c.address_same and c.address_alike >= 0.5
                                   then round((w ->> 'address_alike')::int * c.address_alike)::int end, round((c.address_alike * 100)::numeric)::float8),
            ('phone_same', case when c.phone_same then (w ->> 'phone_same')::int end, null),
            ('near', case when c.metres <= near_m then (w ->> 'near')::int end, round(c.metres)::float8),
            ('far', case when c.metres > far_m then (w ->> 'far')::int end, round(c.metres)::float8),
            ('same_grid', case when c.same_grid then (w ->> 'same_grid')::int end, null)
        ) as x(code, points, seen) where x.points is not null
    )
    select p.subject, p.employer, least(100, sum(p.points))::int,
           jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', p.code, 'points', p.points, 'seen', p.seen)) order by abs(p.points) desc, p.code)
    from points p group by p.subject, p.employer having sum(p.points) >= ask;
end $$;

-- Columns of a file that are empty get the registry's word; returns what was filled, so that it can be taken back.
create function fill_employers(rows uuid[], files uuid[]) returns table (row_id uuid, filled jsonb)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    create temporary table filling on commit drop as
    select distinct on (e.id) r.id as row_id, e.id as employer_id,
           case when e.uscc is null and r.uscc is not null
                 and not exists (select from employers o where o.uscc = r.uscc and o.id <> e.id and o.review_state <> 'returned') then r.uscc end as uscc,
           case when e.address = '' and r.address <> '' then r.address end as address,
           case when e.contact_name = '' and r.contact_name <> '' then r.contact_name end as contact_name,
           case when e.contact_phone = '' and r.contact_phone <> '' then r.contact_phone end as contact_phone,
           case when e.industry_code is null then r.industry_code end as industry_code,
           case when e.employees is null then r.employees end as employees
    from unnest(rows, files) as w(row_id, employer_id)
    join registry_rows r on r.id = w.row_id join employers e on e.id = w.employer_id
    order by e.id, r.id;
    delete from filling f where num_nonnulls(f.uscc, f.address, f.contact_name, f.contact_phone, f.industry_code, f.employees) = 0;
    delete from filling f using filling o where f.uscc = o.uscc and f.employer_id > o.employer_id;
    perform set_config('wangge.change_source', 'registry:' || (select r.import_id from registry_rows r where r.id = rows[1]), true);
    update employers e
       set uscc = coalesce(f.uscc, e.uscc), address = coalesce(f.address, e.address), contact_name = coalesce(f.contact_name, e.contact_name),
           contact_phone = coalesce(f.contact_phone, e.contact_phone), industry_code = coalesce(f.industry_code, e.industry_code),
           employees = coalesce(f.employees, e.employees), version = e.version + 1
      from filling f where e.id = f.employer_id;
    return query select f.row_id, jsonb_strip_nulls(to_jsonb(f) - 'row_id' - 'employer_id') from filling f;
    drop table filling;
end $$;

-- Give rows their files: link, fill, keep the decision, and take them out of the queue. ``deciding`` null: by the rules.
create function link_registry_rows(rows uuid[], files uuid[], scores int[], why jsonb[], deciding uuid) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    update registry_rows r set employer_id = w.employer_id, matched_by = case when deciding is null then 'auto' else 'person' end,
           match_score = w.score, version = r.version + 1
      from unnest(rows, files, scores) as w(row_id, employer_id, score) where r.id = w.row_id;
    insert into match_decisions (id, subject_kind, subject_id, subject_name, employer_id, verdict, score, reasons, filled, decided_by, grid_path)
    select gen_random_uuid(), 'registry_row', r.id, r.name, w.employer_id, 'same', w.score, coalesce(w.reasons, '[]'),
           coalesce(f.filled, '{}'), deciding, r.grid_path
    from unnest(rows, files, scores, why) as w(row_id, employer_id, score, reasons) join registry_rows r on r.id = w.row_id
    left join fill_employers(rows, files) f on f.row_id = w.row_id;
    delete from match_candidates c where c.subject_id = any(rows);
end $$;

-- However much else agrees, a name that is only alike may be the same owner's second shop next door.
create function is_sure(reasons jsonb) returns boolean language sql immutable as $$
    select reasons @> '[{"code": "code_same"}]' or reasons @> '[{"code": "name_same"}]' or reasons @> '[{"code": "name_sounds"}]'
$$;

-- Compare rows of the register that have no file with all files: the sure ones are linked, the unsure ones wait.
create function match_registry_rows(ids uuid[]) returns table (linked int, waiting int)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    auto int := (policy('match_auto_from'))::int;
    margin int := (policy('match_margin'))::int;
    open_ids uuid[];
begin
    select array_agg(w.id) into open_ids from (
        select r.id from registry_rows r where r.id = any(ids) and r.employer_id is null and r.state in ('open', 'repeated')
        order by r.id for update) w;
    create temporary table scored on commit drop as
    select m.*, row_number() over best as rank, coalesce(lead(m.score) over best, 0) as next_score
    from match_scores('registry_row', coalesce(open_ids, '{}')) m window best as (partition by m.subject_id order by m.score desc, m.employer_id);
    create temporary table sure on commit drop as
    select distinct on (m.employer_id, r.source) m.subject_id, m.employer_id, m.score, m.reasons
    from scored m join registry_rows r on r.id = m.subject_id
    where m.rank = 1 and m.score >= auto and m.score - m.next_score >= margin and is_sure(m.reasons)
      -- two rows of one list are two employers, until somebody says otherwise
      and not exists (select from registry_rows o where o.employer_id = m.employer_id and o.source = r.source and o.list_grid_id = r.list_grid_id
                                                    and o.state <> 'gone')
      and not exists (select from match_decisions d where d.subject_id = m.subject_id and d.employer_id = m.employer_id and d.undone_at is not null)
    order by m.employer_id, r.source, m.score desc, m.subject_id;
    perform link_registry_rows(array_agg(s.subject_id), array_agg(s.employer_id), array_agg(s.score), array_agg(s.reasons), null)
    from sure s having count(*) > 0;
    delete from match_candidates c where c.subject_id = any(open_ids);
    insert into match_candidates (subject_id, employer_id, subject_kind, score, reasons, grid_path)
    select m.subject_id, m.employer_id, 'registry_row', m.score, m.reasons, r.grid_path
    from scored m join registry_rows r on r.id = m.subject_id
    where m.rank <= 9 and r.employer_id is null;
    return query select (select count(*)::int from sure),
                        (select count(distinct m.subject_id)::int from scored m where m.subject_id not in (select s.subject_id from sure s));
    drop table scored, sure;
end $$;

-- The same for employers found in the street, which wait for review. One that is surely on file already says so.
create function match_sightings(ids uuid[]) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    auto int := (policy('match_auto_from'))::int;
    margin int := (policy('match_margin'))::int;
begin
    delete from match_candidates c where c.subject_id = any(ids) and c.subject_kind = 'sighting';
    create temporary table seen on commit drop as
    select m.*, e.grid_path, e.name as subject_name, e.duplicate_of as known, row_number() over best as rank, coalesce(lead(m.score) over best, 0) as next_score
    from (select array_agg(w.id) as ids from employers w where w.id = any(match_sightings.ids) and w.review_state = 'waiting_review') open_ones
    cross join lateral match_scores('sighting', open_ones.ids) m join employers e on e.id = m.subject_id
    window best as (partition by m.subject_id order by m.score desc, m.employer_id);
    create temporary table sure on commit drop as
    select s.* from seen s
    where s.rank = 1 and s.known is null and s.score >= auto and s.score - s.next_score >= margin and is_sure(s.reasons)
      and not exists (select from match_decisions d where d.subject_id = s.subject_id and (d.verdict = 'different' or d.employer_id = s.employer_id));
    update employers e set duplicate_of = s.employer_id, version = e.version + 1 from sure s where e.id = s.subject_id;
    insert into match_decisions (id, subject_kind, subject_id, subject_name, employer_id, verdict, score, reasons, filled, grid_path)
    select gen_random_uuid(), 'sighting', s.subject_id, s.subject_name, s.employer_id, 'same', s.score, s.reasons, '{}', s.grid_path from sure s;
    insert into match_candidates (subject_id, employer_id, subject_kind, score, reasons, grid_path)
    select s.subject_id, s.employer_id, 'sighting', s.score, s.reasons, s.grid_path from seen s
    where s.rank <= 9 and s.known is null and s.subject_id not in (select x.subject_id from sure x)
      and not exists (select from match_decisions d where d.subject_id = s.subject_id and d.verdict = 'different' and d.undone_at is null);
    drop table seen, sure;
end $$;

-- Store the keys of files that were due, and compare what may concern them: rows without a file, and the file itself where it
-- waits for review.
create function keep_employer_keys(ids uuid[], name_keys text[], cores text[], pinyins text[], places text[], address_keys text[],
                                   phones text[], blocks_as_json text[]) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare touched uuid[]; new_ids uuid[];
begin
    insert into employer_keys as k (employer_id, name_key, core, pinyin, place, address_key, phone, blocks)
    select w.id, w.name_key, w.core, w.pinyin, w.place, w.address_key, w.phone, array(select jsonb_array_elements_text(w.blocks::jsonb))
    from unnest(ids, name_keys, cores, pinyins, places, address_keys, phones, blocks_as_json)
         as w(id, name_key, core, pinyin, place, address_key, phone, blocks)
    on conflict (employer_id) do update
       set name_key = excluded.name_key, core = excluded.core, pinyin = excluded.pinyin, place = excluded.place,
           address_key = excluded.address_key, phone = excluded.phone, blocks = excluded.blocks;
    if not exists (select from registry_rows) then
        touched := null;
    else
        select array_agg(distinct r.id) into touched
        from employers e join employer_keys k on k.employer_id = e.id
        cross join lateral (
            select x.id from registry_rows x where x.uscc = e.uscc and x.employer_id is null
            union all
            (select x.id from registry_rows x where x.employer_id is null and x.state in ('open', 'repeated') and x.blocks && k.blocks limit 200)
        ) r
        where e.id = any(ids) and e.review_state <> 'returned';
    end if;
    if touched is not null then perform match_registry_rows(touched); end if;
    select array_agg(distinct w.id) into new_ids from (
        select e.id from employers e where e.id = any(ids) and e.review_state = 'waiting_review'
        union all
        select s.id from employer_keys k join employers e on e.id = k.employer_id and e.review_state = 'accepted'
        cross join lateral (
            select x.employer_id from employer_keys x join employers o on o.id = x.employer_id and o.review_state = 'waiting_review'
            where x.blocks && k.blocks limit 50) near_by
        join employers s on s.id = near_by.employer_id and s.duplicate_of is null
        where k.employer_id = any(ids) and exists (select from employers where review_state = 'waiting_review')
    ) w;
    if new_ids is not null then perform match_sightings(new_ids); end if;
end $$;

-- The rows of a list that have no file, some thousand a call in the order of ids.
create function registry_import_match(wanted uuid, after uuid, size int) returns table (last_id uuid, looked_at int, linked int, waiting int)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare this registry_imports := registry_import_at_work(wanted); ids uuid[]; found_ record;
begin
    select array_agg(w.id order by w.id) into ids from (
        select r.id from registry_rows r
         where r.list_grid_id = this.grid_id and r.source = this.source and r.id > after and r.employer_id is null and r.state in ('open', 'repeated')
         order by r.id limit size) w;
    if ids is null then return; end if;
    select m.linked, m.waiting into found_ from match_registry_rows(ids) m;
    return query select ids[cardinality(ids)], cardinality(ids), found_.linked, found_.waiting;
end $$;

-- A person's word on one subject of her scope: it is this file, it gets a new one, or it is none of those offered. Nothing is
-- returned where it has been decided meanwhile.
create function decide_match(kind text, subject uuid, the_verdict text, file uuid) returns uuid
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare row_ registry_rows; sight employers; made uuid; found_score int; found_why jsonb; decision uuid;
begin
    select c.score, c.reasons into found_score, found_why from match_candidates c where c.subject_id = subject and c.employer_id = file;
    if kind = 'registry_row' then
        select * into row_ from registry_rows r where r.id = subject and r.grid_path <@ app_scope() and r.employer_id is null for update;
        if row_.id is null then return null; end if;
        if the_verdict = 'new_file' then
            made := gen_random_uuid();
            perform set_config('wangge.change_source', 'registry:' || row_.import_id, true);
            insert into employers (id, name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code, employees, position,
                                   position_source, grid_id, grid_path, grid_source, review_state, review_reason, registered_by, note, version)
            values (made, row_.name, row_.uscc, case when row_.uscc is null then 'not_shown' end, row_.address, row_.contact_name,
                    row_.contact_phone, row_.industry_code, row_.employees, row_.position,
                    case when row_.position is not null then row_.position_source end, row_.grid_id, row_.grid_path,
                    case when row_.position is not null and nlevel(row_.grid_path) = 4 then 'position' else 'declared' end,
                    'accepted', '', app_person(), '', 1);
            file := made;
        elsif not exists (select from employers e where e.id = file and e.review_state <> 'returned' and e.grid_path <@ app_scope()) then
            return null;
        end if;
        perform link_registry_rows(array[subject], array[file], array[found_score], array[found_why], app_person());
        select d.id into decision from match_decisions d where d.subject_id = subject order by d.decided_at desc, d.undone_at nulls first limit 1;
        if made is not null then update match_decisions d set verdict = 'new_file' where d.id = decision; end if;
        -- the other registries' rows with this credit code are the same employer
        perform link_registry_rows(array_agg(o.id), array_agg(file), array_agg(null::int), array_agg(found_why), app_person())
        from registry_rows o where o.uscc = row_.uscc and o.id <> subject and o.employer_id is null and o.state in ('open', 'repeated') and o.grid_path <@ app_scope()
        having count(*) > 0;
        return decision;
    end if;
    select * into sight from employers e
     where e.id = subject and e.grid_path <@ app_scope() and e.review_state = 'waiting_review' for update;
    if sight.id is null or not exists (select from match_candidates c where c.subject_id = subject) then return null; end if;
    if the_verdict = 'same' then
        if not exists (select from employers e where e.id = file and e.id <> subject and e.review_state = 'accepted' and e.grid_path <@ app_scope()) then
            return null;
        end if;
        update employers e set duplicate_of = file, version = e.version + 1 where e.id = subject;
    end if;
    decision := gen_random_uuid();
    insert into match_decisions (id, subject_kind, subject_id, subject_name, employer_id, verdict, score, reasons, filled, decided_by, grid_path)
    values (decision, 'sighting', subject, sight.name, case when the_verdict = 'same' then file end,
            case when the_verdict = 'same' then 'same' else 'different' end, found_score, coalesce(found_why, '[]'), '{}', app_person(), sight.grid_path);
    delete from match_candidates c where c.subject_id = subject;
    return decision;
end $$;

-- Take a decision back: the link goes, what was filled is emptied where it still says the same, a new file is returned, and the
-- subject waits again. The rules do not make that pair a second time.
create function undo_match(wanted uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare d match_decisions;
begin
    select * into d from match_decisions m where m.id = wanted and m.undone_at is null and m.grid_path <@ app_scope() for update;
    if d.id is null then return false; end if;
    update match_decisions m set undone_at = clock_timestamp(), undone_by = app_person() where m.id = wanted;
    if d.subject_kind = 'sighting' then
        update employers e set duplicate_of = null, version = e.version + 1
         where e.id = d.subject_id and d.verdict = 'same' and e.duplicate_of = d.employer_id;
        perform match_sightings(array[d.subject_id]);
        return true;
    end if;
    update registry_rows r set employer_id = null, matched_by = null, match_score = null, version = r.version + 1
     where r.id = d.subject_id and r.employer_id = d.employer_id;
    perform set_config('wangge.change_source', 'registry:' || (select r.import_id from registry_rows r where r.id = d.subject_id), true);
    if d.verdict = 'new_file' then
        update employers e set review_state = 'returned', review_reason = '撤销由登记名单建档', version = e.version + 1
         where e.id = d.employer_id and e.review_state = 'accepted';
    elsif d.filled <> '{}' then
        update employers e
           set uscc = case when e.uscc = d.filled ->> 'uscc' then null else e.uscc end,
               address = case when e.address = d.filled ->> 'address' then '' else e.address end,
               contact_name = case when e.contact_name = d.filled ->> 'contact_name' then '' else e.contact_name end,
               contact_phone = case when e.contact_phone = d.filled ->> 'contact_phone' then '' else e.contact_phone end,
               industry_code = case when e.industry_code = d.filled ->> 'industry_code' then null else e.industry_code end,
               employees = case when e.employees = (d.filled ->> 'employees')::int then null else e.employees end, version = e.version + 1
         where e.id = d.employer_id;
    end if;
    perform match_registry_rows(array[d.subject_id]);
    return true;
end $$;

revoke all on function place_names(), employers_without_keys(int), match_scores(text, uuid[]), fill_employers(uuid[], uuid[]),
    link_registry_rows(uuid[], uuid[], int[], jsonb[], uuid), match_registry_rows(uuid[]), match_sightings(uuid[]),
    keep_employer_keys(uuid[], text[], text[], text[], text[], text[], text[], text[]), registry_import_match(uuid, uuid, int),
    decide_match(text, uuid, text, uuid), undo_match(uuid) from public;
grant execute on function place_names(), employers_without_keys(int),
    keep_employer_keys(uuid[], text[], text[], text[], text[], text[], text[], text[]), registry_import_match(uuid, uuid, int),
    decide_match(text, uuid, text, uuid), undo_match(uuid) to wangge_app;
