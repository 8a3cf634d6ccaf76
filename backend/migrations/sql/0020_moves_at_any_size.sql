-- Triggers that compare a statement's rows as they were with what they became, for one employer as for ten thousand.
--
-- PostgreSQL plans the statements of a trigger once a connection, for as many rows as the first call brought: mostly the one employer
-- of a visit. A plain join of old_rows and new_rows is then a loop in a loop, and stays one when a border moves 5,000 (25 million
-- comparisons in each trigger). A full join is hashed or merged at any size; conditions that would be true of a
-- missing side too (`is distinct from`, `coalesce`) keep it full. What lies with an employer is found by its index from new_rows alone.

create or replace function employers_to_feed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        -- whoever registered it hears of it wherever it lies: outside her scope it leaves her phone again
        insert into changes (channel, kind, entity_id, grid_path)
        select grid_id, 'employer', id, grid_path from new_rows
        union all
        select registered_by, 'employer', id, null::ltree from new_rows where registered_by is not null;
        return null;
    end if;
    -- new place, old place when it moved, and whoever has it on an open patrol
    insert into changes (channel, kind, entity_id, grid_path)
    select grid_id, 'employer', id, grid_path from new_rows
    union all
    select o.grid_id, 'employer', id, o.grid_path from old_rows o full join new_rows n using (id) where o.grid_id is distinct from n.grid_id
    union all
    select distinct s.assignee_id, 'employer', s.employer_id, null::ltree
    from patrol_stops s join new_rows n on n.id = s.employer_id where s.is_open
    union all
    -- a patrol carries its stops' names and points
    select distinct s.assignee_id, 'patrol', s.patrol_id, null::ltree
    from old_rows o full join new_rows n using (id) as e join patrol_stops s on s.employer_id = e.id
    where (o.name, o.position, o.grid_path) is distinct from (n.name, n.position, n.grid_path);
    insert into employer_moves (employer_id, change_id, moved_at, from_grid_id, from_path, grid_id, grid_path)
    select id, nullif(current_setting('app.grid_change', true), '')::uuid,
           coalesce(nullif(current_setting('app.grid_moment', true), '')::timestamptz, clock_timestamp()),
           o.grid_id, o.grid_path, n.grid_id, n.grid_path
    from old_rows o full join new_rows n using (id) where o.grid_path is distinct from n.grid_path;
    if found then
        -- the employer's file moves whole: its history stays with it
        update check_ins t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
        update findings f set grid_path = n.grid_path from new_rows n join visits v on v.employer_id = n.id
         where f.visit_id = v.id and f.grid_path is distinct from n.grid_path;
        update visits t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
        update talk_materials m set grid_path = n.grid_path from new_rows n join talks t on t.employer_id = n.id
         where m.talk_id = t.id and m.grid_path is distinct from n.grid_path;
        update talks t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
        update evidence t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
        update patrol_stops t set grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
    end if;
    return null;
end $$;

create or replace function designations_follow() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from old_rows o full join new_rows n using (id) where o.grid_path is distinct from n.grid_path) then
        update employer_designations t set grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
        update entrustment_employers t set grid_path = n.grid_path from new_rows n
         where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
    end if;
    return null;
end $$;

create or replace function anomalies_move() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from old_rows o full join new_rows n using (id) where o.grid_path is distinct from n.grid_path) then
        update anomalies a set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n
         where a.employer_id = n.id and a.grid_path is distinct from n.grid_path;
    end if;
    return null;
end $$;

create or replace function standing_moves() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from old_rows o full join new_rows n using (id) where o.grid_path is distinct from n.grid_path) then
        return null;
    end if;
    update employer_signals t set grid_path = n.grid_path from new_rows n
     where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
    update key_list_entries t set grid_path = n.grid_path from new_rows n
     where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
    update rating_changes c set grid_path = n.grid_path from new_rows n join ratings t on t.employer_id = n.id
     where c.rating_id = t.id and c.grid_path is distinct from n.grid_path;
    update rating_objections c set grid_path = n.grid_path from new_rows n join ratings t on t.employer_id = n.id
     where c.rating_id = t.id and c.grid_path is distinct from n.grid_path;
    update ratings t set grid_path = n.grid_path from new_rows n
     where t.employer_id = n.id and t.grid_path is distinct from n.grid_path;
    return null;
end $$;

create or replace function employers_note_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into employer_keys_due (employer_id) select id from new_rows;
        return null;
    end if;
    insert into employer_keys_due (employer_id)
    select id from old_rows o full join new_rows n using (id)
     where (n.name, n.address, n.contact_phone, n.uscc, n.review_state) is distinct from (o.name, o.address, o.contact_phone, o.uscc, o.review_state);
    update registry_rows r set employer_id = null, matched_by = null, match_score = null, version = r.version + 1
      from old_rows o full join new_rows n using (id) as e
     where r.employer_id = e.id and coalesce(o.review_state <> 'returned' and n.review_state = 'returned', false);
    update match_candidates c set grid_path = n.grid_path from new_rows n
     where c.subject_kind = 'sighting' and c.subject_id = n.id and c.grid_path is distinct from n.grid_path;
    return null;
end $$;

create or replace function note_key_list_due() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'employer_signals' then
        insert into key_list_due (employer_id, noted_at)
        select n.employer_id, clock_timestamp() from (select distinct employer_id from new_rows) n order by 1
        on conflict (employer_id) do update set noted_at = excluded.noted_at;
    elsif tg_op = 'INSERT' then
        insert into key_list_due (employer_id, noted_at) select n.id, clock_timestamp() from new_rows n order by 1
        on conflict (employer_id) do update set noted_at = excluded.noted_at;
    else
        insert into key_list_due (employer_id, noted_at)
        select id, clock_timestamp() from old_rows o full join new_rows n using (id)
        where (o.grade, o.review_state, o.last_visited_at is null) is distinct from (n.grade, n.review_state, n.last_visited_at is null)
        order by 1
        on conflict (employer_id) do update set noted_at = excluded.noted_at;
    end if;
    return null;
end $$;

create or replace function employers_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        insert into coverage_due (grid_id)
        with changed as materialized (
            select o.grid_id as was, n.grid_id as became from old_rows o full join new_rows n using (id)
            where (o.grid_id, o.file_reasons, o.visit_due_on, o.review_state = 'returned')
                  is distinct from (n.grid_id, n.file_reasons, n.visit_due_on, n.review_state = 'returned'))
        select was from changed union select became from changed;
    elsif tg_op = 'INSERT' then
        insert into coverage_due (grid_id) select distinct grid_id from new_rows;
    else
        insert into coverage_due (grid_id) select distinct grid_id from old_rows;
    end if;
    return null;
end $$;

create or replace function registry_rows_note_coverage() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        insert into coverage_due (grid_id)
        with changed as materialized (
            select o.grid_id as was, n.grid_id as became from old_rows o full join new_rows n using (id)
            where (o.grid_id, o.employer_id is null, o.state, o.position is null)
                  is distinct from (n.grid_id, n.employer_id is null, n.state, n.position is null))
        select was from changed union select became from changed;
    else
        insert into coverage_due (grid_id) select distinct grid_id from new_rows;
    end if;
    return null;
end $$;

create or replace function key_list_left_to_employers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employers e
       set on_key_list = exists (select from key_list_entries k where k.employer_id = e.id and k.left_on is null)
     where e.id in (select coalesce(n.employer_id, o.employer_id) from old_rows o full join new_rows n using (id)
                    where (n.left_on, n.acknowledged_at) is distinct from (o.left_on, o.acknowledged_at));
    return null;
end $$;

create or replace function ratings_to_employers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into rating_changes (id, rating_id, from_grade, to_grade, was_published, reason, made_by, grid_path)
    select gen_random_uuid(), id, coalesce(o.grade, o.proposed_grade), n.grade, o.state = 'published', n.decision_reason, app_person(), n.grid_path
    from old_rows o full join new_rows n using (id)
    where coalesce(coalesce(o.grade, o.proposed_grade) <> n.grade, false);
    update employers e set grade = newest.grade
      from (select distinct on (t.employer_id) t.employer_id, t.grade from ratings t
            where t.state = 'published' and t.employer_id in (
                select coalesce(n.employer_id, o.employer_id) from old_rows o full join new_rows n using (id)
                where coalesce(n.state = 'published' and (o.state <> 'published' or o.grade is distinct from n.grade), false))
            order by t.employer_id, t.year desc) newest
     where e.id = newest.employer_id and e.grade is distinct from newest.grade;
    return null;
end $$;

create or replace function note_photo_arrived() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into photo_hashes_due (evidence_id)
    select id from old_rows o full join new_rows n using (id)
    where coalesce(n.copy_state = 'stored' and o.copy_state <> 'stored' and n.problem is null and n.medium = 'photo', false)
    on conflict do nothing;
    return null;
end $$;
