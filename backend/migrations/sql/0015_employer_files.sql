-- The employer's file: what changed, by whom, from where; written by triggers, so that an import in SQL leaves its history too.

-- Where the change under way comes from, as its transaction said ('registry:<import>', 'phone', 'desk', 'merge:<id>').
create function change_source() returns text language sql stable as $$
    select coalesce(nullif(current_setting('wangge.change_source', true), ''), case when app_person() is null then 'system' else 'desk' end)
$$;

-- The fields of a file that have a history, by the keys of the form.
create function employer_fields(e employers) returns jsonb language sql stable set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'name', e.name, 'uscc', e.uscc, 'no_uscc_reason', e.no_uscc_reason, 'address', e.address, 'contact_name', e.contact_name,
        'contact_phone', e.contact_phone, 'industry_code', e.industry_code, 'employees', e.employees, 'note', e.note,
        'review_state', e.review_state, 'merged_into', e.merged_into,
        'position', case when e.position is not null
                         then jsonb_build_array(round(ST_X(e.position)::numeric, 7), round(ST_Y(e.position)::numeric, 7)) end)
$$;

-- {field: [before, after]} of what differs.
create function json_difference(before jsonb, after jsonb) returns jsonb language sql immutable as $$
    select coalesce(jsonb_object_agg(k, jsonb_build_array(before -> k, after -> k)), '{}')
    from (select jsonb_object_keys(before || after) as k) keys
    where coalesce(before -> k, 'null') is distinct from coalesce(after -> k, 'null')
$$;

-- A file is complete when its form was filled, holds no error, and says everything that the policy asks for on that day. An entry
-- "a|b" asks for one of the two.
create function employer_is_complete(e employers) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((
        select f.filled_on is not null and f.errors = 0 and not exists (
            select from jsonb_array_elements_text(policy('survey_required_fields')) wanted
            where not exists (
                select from unnest(string_to_array(wanted, '|')) key
                where coalesce(nullif((employer_fields(e) || f.answers) ->> key, ''), '') <> ''))
        from employer_forms f where f.employer_id = e.id), false)
$$;

-- Whoever changes a file raises its version, also where she forgot to.
create function employers_keep_version() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.version = old.version then
        new.version := old.version + 1;
    end if;
    new.is_complete := employer_is_complete(new);
    return new;
end $$;
create trigger employers_0_keep_version before update of name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code,
    employees, note, review_state, merged_into, position on employers
for each row when (
    (old.name, old.uscc, old.no_uscc_reason, old.address, old.contact_name, old.contact_phone, old.industry_code, old.employees, old.note,
     old.review_state, old.merged_into, old.position) is distinct from
    (new.name, new.uscc, new.no_uscc_reason, new.address, new.contact_name, new.contact_phone, new.industry_code, new.employees, new.note,
     new.review_state, new.merged_into, new.position))
execute function employers_keep_version();

-- By row and not by statement: a visit, which touches none of these columns, then costs nothing.
create function employers_log_change() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into employer_versions (employer_id, version, person_id, source, changes, grid_path)
    values (new.id, new.version, app_person(), change_source(), json_difference(employer_fields(old), employer_fields(new)), new.grid_path);
    return null;
end $$;
create trigger employers_changed_log after update of name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code,
    employees, note, review_state, merged_into, position on employers
for each row when (
    (old.name, old.uscc, old.no_uscc_reason, old.address, old.contact_name, old.contact_phone, old.industry_code, old.employees, old.note,
     old.review_state, old.merged_into, old.position) is distinct from
    (new.name, new.uscc, new.no_uscc_reason, new.address, new.contact_name, new.contact_phone, new.industry_code, new.employees, new.note,
     new.review_state, new.merged_into, new.position))
execute function employers_log_change();

-- An employer without a licence gets a number of ours.
create sequence employer_system_no;
create function employers_give_number() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.system_no := 'WZ' || to_char(nextval('employer_system_no'), 'FM000000000');
    return new;
end $$;
create trigger employers_given_number before insert or update of uscc, no_uscc_reason on employers
for each row when (new.uscc is null and new.no_uscc_reason = 'no_licence' and new.system_no is null)
execute function employers_give_number();

create function employer_forms_log_change() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    difference jsonb := json_difference(case when tg_op = 'INSERT' then '{}' else old.answers end, new.answers);
begin
    if difference <> '{}' then
        insert into employer_versions (employer_id, version, person_id, source, changes, grid_path)
        select e.id, e.version, app_person(), change_source(), difference, e.grid_path from employers e where e.id = new.employer_id;
    end if;
    return null;
end $$;
create trigger employer_forms_changed_log after insert or update of answers on employer_forms
for each row execute function employer_forms_log_change();

create function employer_forms_complete() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employers e set is_complete = not e.is_complete where e.id = new.employer_id and e.is_complete <> employer_is_complete(e);
    return null;
end $$;
create trigger employer_forms_complete after insert or update on employer_forms
for each row execute function employer_forms_complete();

-- A file moves whole.
create function employers_move_files() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employer_forms t set grid_path = new.grid_path where t.employer_id = new.id;
    update employer_surveys t set grid_path = new.grid_path where t.employer_id = new.id;
    update employer_edits t set grid_path = new.grid_path where t.employer_id = new.id;
    update employer_versions t set grid_path = new.grid_path where t.employer_id = new.id;
    update employer_conflicts t set grid_path = new.grid_path where t.employer_id = new.id;
    update employer_merges t set grid_path = new.grid_path where t.kept_id = new.id;
    return null;
end $$;
create trigger employers_moved_move_files after update of grid_path on employers
for each row when (old.grid_path is distinct from new.grid_path) execute function employers_move_files();

-- A visit to a merged file is one to the file it went into.
create function employers_pass_on_visit() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employers e set last_visited_at = new.last_visited_at
     where e.id = new.merged_into and (e.last_visited_at is null or e.last_visited_at < new.last_visited_at);
    return null;
end $$;
create trigger employers_visited_pass_on after update of last_visited_at, merged_into on employers
for each row when (new.merged_into is not null and new.last_visited_at is not null) execute function employers_pass_on_visit();

-- Whether the acting person may write this file: it lies in her scope, or did on that day, or she found it, or it was on a patrol of hers.
create function may_write_file(employer uuid, on_day date) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from employers_for_push(array[employer], array[on_day]) r where r.reach <> 'none')
$$;

-- What an edit has to be measured against: the file as it is, and for each field what was written to it and when.
create function employer_file_state(employer uuid, fields text[], on_day date) returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'version', e.version, 'grid_path', e.grid_path, 'fields', employer_fields(e), 'answers', coalesce(f.answers, '{}'),
        'disputed', coalesce(f.disputed, '[]'), 'filled_on', f.filled_on,
        'edits', coalesce((
            select jsonb_agg(to_jsonb(d) - 'grid_path' order by d.arrived_version, d.op_id)
            from employer_edits d where d.employer_id = e.id and d.field = any(fields)), '[]'),
        -- the last change of each field that came from no edit: an import, a review, a script
        'others', coalesce((
            select jsonb_object_agg(o.field, to_jsonb(o)) from (
                select distinct on (w.field) w.field, v.version, v.changed_at, v.person_id, v.source, v.changes -> w.field -> 1 as value
                from employer_versions v cross join unnest(fields) as w(field)
                where v.employer_id = e.id and v.changes ? w.field
                  and split_part(v.source, ':', 1) not in ('phone', 'desk', 'restore', 'merge', 'resolution')
                order by w.field, v.version desc) o), '{}'))
    from employers e left join employer_forms f on f.employer_id = e.id
    where e.id = employer and may_write_file(employer, on_day)
$$;

-- Write one edit as it was settled (employer_files/editing.py), in one act: the file, its form, the edits, the filling, what is disputed.
-- ``said``: {source, columns, answers, edits, survey, conflicts, disputed, problems, errors, filled_on}. Returns the file's new version.
create function write_employer_file(employer uuid, on_day date, said jsonb) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    c jsonb := said -> 'columns';
    s jsonb := said -> 'survey';
    written employers;
begin
    if not may_write_file(employer, on_day) then
        raise insufficient_privilege using message = 'this file is not hers to write';
    end if;
    perform set_config('wangge.change_source', said ->> 'source', true);
    update employers e set
        name = case when c ? 'name' then c ->> 'name' else e.name end,
        uscc = case when c ? 'uscc' then c ->> 'uscc' else e.uscc end,
        no_uscc_reason = case when c ? 'no_uscc_reason' then c ->> 'no_uscc_reason' else e.no_uscc_reason end,
        address = case when c ? 'address' then coalesce(c ->> 'address', '') else e.address end,
        contact_name = case when c ? 'contact_name' then coalesce(c ->> 'contact_name', '') else e.contact_name end,
        contact_phone = case when c ? 'contact_phone' then coalesce(c ->> 'contact_phone', '') else e.contact_phone end,
        industry_code = case when c ? 'industry_code' then c ->> 'industry_code' else e.industry_code end,
        employees = case when c ? 'employees' then (c ->> 'employees')::int else e.employees end,
        note = case when c ? 'note' then coalesce(c ->> 'note', '') else e.note end,
        version = e.version + 1
    where e.id = employer returning * into written;
    insert into employer_edits (op_id, field, edit_id, employer_id, value, base_version, arrived_version, person_id, store_id, store_seq,
                                origin, note, happened_at, grid_path)
    select d.op_id, d.field, d.edit_id, employer, d.value, d.base_version, written.version, app_person(), d.store_id, d.store_seq,
           d.origin, d.note, d.happened_at, written.grid_path
    from jsonb_to_recordset(said -> 'edits') as d(op_id uuid, field text, edit_id uuid, value jsonb, base_version int, store_id uuid,
                                                  store_seq bigint, origin text, note text, happened_at timestamptz);
    if jsonb_typeof(s) = 'object' then
        insert into employer_surveys (id, employer_id, filled_on, filler, person_id, source, answers, kept, problems, captured_at, grid_path)
        values ((s ->> 'id')::uuid, employer, (s ->> 'filled_on')::date, s ->> 'filler', app_person(), said ->> 'source', s -> 'answers',
                s -> 'kept', s -> 'problems', (s ->> 'captured_at')::timestamptz, written.grid_path);
    end if;
    insert into employer_forms (employer_id, answers, problems, errors, disputed, filled_on, grid_path)
    values (employer, jsonb_strip_nulls(said -> 'answers'), said -> 'problems', (said ->> 'errors')::int, said -> 'disputed',
            (said ->> 'filled_on')::date, written.grid_path)
    on conflict (employer_id) do update set
        answers = (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(employer_forms.answers || (said -> 'answers'))
                   where value <> 'null'),
        problems = excluded.problems, errors = excluded.errors, disputed = excluded.disputed,
        filled_on = greatest(employer_forms.filled_on, excluded.filled_on), updated_at = now();
    -- one open work item a field; what the field agrees on again closes by itself
    update employer_conflicts k set resolved_at = now(), reason = '', chosen = w.chosen, version = k.version + 1, updated_at = now()
    from jsonb_to_recordset(said -> 'conflicts') as w(field text, candidates jsonb, chosen jsonb)
    where k.employer_id = employer and k.field = w.field and k.resolved_at is null and w.candidates = '[]';
    insert into employer_conflicts (id, employer_id, field, candidates, version, grid_path)
    select gen_random_uuid(), employer, w.field, w.candidates, 1, written.grid_path
    from jsonb_to_recordset(said -> 'conflicts') as w(field text, candidates jsonb) where w.candidates <> '[]'
    on conflict (employer_id, field) where resolved_at is null do update
        set candidates = excluded.candidates, version = employer_conflicts.version + 1, updated_at = now();
    return written.version;
end $$;

-- Make one file of two: the merged one points to the kept one and counts no more; what was recorded stays where it was recorded.
create function merge_employers(merge_id uuid, kept uuid, merged uuid, why text, taken jsonb) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    gone employers;
    stays employers;
begin
    perform from employers where id in (kept, merged) order by id for update;
    select * into stays from employers where id = kept and grid_path <@ app_scope() and merged_into is null;
    select * into gone from employers where id = merged and grid_path <@ app_scope();
    if gone.id is null or stays.id is null then
        raise insufficient_privilege using message = 'both files have to lie in the scope';
    end if;
    perform set_config('wangge.change_source', 'merge:' || merge_id, true);
    update employers set merged_into = kept, review_state = 'returned', version = version + 1 where id = merged;
    -- what had been merged into it goes along
    update employers set merged_into = kept where merged_into = merged;
    insert into employer_merges (id, kept_id, merged_id, reason, merged_by, before, values_taken, undo_reason, grid_path)
    values (merge_id, kept, merged, why, app_person(),
            jsonb_build_object('review_state', gone.review_state, 'last_visited_at', stays.last_visited_at), taken, '', stays.grid_path);
end $$;

-- Take a merge back. The kept file's last visit is again that of its own records.
create function unmerge_employers(merge_id uuid, why text) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare m employer_merges;
begin
    select * into m from employer_merges where id = merge_id and undone_at is null and grid_path <@ app_scope() for update;
    if m.id is null then
        raise insufficient_privilege using message = 'no such merge in the scope';
    end if;
    perform from employers where id in (m.kept_id, m.merged_id) order by id for update;
    perform set_config('wangge.change_source', 'merge:' || merge_id, true);
    update employers set merged_into = null, review_state = m.before ->> 'review_state', version = version + 1 where id = m.merged_id;
    update employers e set merged_into = m.merged_id
     where e.merged_into = m.kept_id
       and exists (select from employer_merges o where o.merged_id = e.id and o.kept_id = m.merged_id and o.undone_at is null);
    update employers e set last_visited_at = greatest(
        (m.before ->> 'last_visited_at')::timestamptz,
        (select max(least(v.happened_at, v.received_at)) from visits v
         where v.employer_id in (select x.id from employers x where x.id = m.kept_id or x.merged_into = m.kept_id)))
     where e.id = m.kept_id;
    update employer_merges set undone_at = now(), undone_by = app_person(), undo_reason = why where id = merge_id;
end $$;
