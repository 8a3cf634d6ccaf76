-- What must hold of entrustments whoever writes them. The services say the same in sentences first; this is the last word.

-- The unit that is competent for a matter at a place by its own right on a day: the nearest one upwards that holds it; for a
-- non-local or key employer the city's (notice, 二(二)).
create function competent_unit(at_path ltree, matter text, on_day date, designated boolean) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select u.id from units u join unit_powers p on p.unit_id = u.id
    where u.grid_path @> at_path and p.matter_code = matter and (not designated or nlevel(u.grid_path) = 1)
      and p.valid_from <= on_day and (p.valid_to is null or p.valid_to >= on_day)
      and u.opened_on <= on_day and (u.closed_on is null or u.closed_on >= on_day)
    order by nlevel(u.grid_path) desc, u.code limit 1
$$;

create function is_designated(employer uuid, on_day date) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from employer_designations d
                   where d.employer_id = employer and d.valid_from <= on_day and (d.valid_to is null or d.valid_to >= on_day))
$$;

-- Of these employers the ones that the principal may not entrust to the agent: outside the agent's territory, or for some
-- matter under another unit's power on the first day of the term.
create function employers_not_entrustable(principal uuid, agent uuid, matters text[], first_day date, employers uuid[])
returns table (employer_id uuid, employer_name text, why text)
language sql stable security definer set search_path = public, pg_temp as $$
    with wanted as (
        select e.id, e.name, e.grid_path, is_designated(e.id, first_day) as designated from employers e where e.id = any(employers)
    ), places as ( -- competence depends on the place and on being designated: asked once for each, not once an employer
        select p.grid_path, p.designated,
               bool_and(competent_unit(p.grid_path, m, first_day, p.designated) is not distinct from principal) as is_ours
        from (select distinct w.grid_path, w.designated from wanted w) p cross join unnest(matters) m group by 1, 2
    )
    select w.id, w.name, case when not w.grid_path <@ a.grid_path then 'outside_agent' else 'not_competent' end
    from wanted w join places p using (grid_path, designated) cross join units a
    where a.id = agent and (not w.grid_path <@ a.grid_path or not p.is_ours)
$$;

create function entrustment_refused(broken text, sentence text) returns void language plpgsql as
$$ begin raise exception using errcode = 'check_violation', constraint = broken, message = sentence; end $$;

create function entrustments_hold() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    principal units%rowtype;
    agent units%rowtype;
    term daterange := daterange(new.valid_from, new.valid_to, '[]');
begin
    select * into principal from units where id = new.principal_id;
    select * into agent from units where id = new.agent_id;
    -- paths are looked up, never taken from the caller
    new.principal_path := principal.grid_path;
    new.agent_path := agent.grid_path;
    new.grid_path := case when new.reach = 'area' then (select path from grids where id = new.grid_id) else agent.grid_path end;

    if tg_op = 'UPDATE' and old.state <> 'draft' and (
        old.principal_id, old.agent_id, old.matters, old.powers, old.reach, old.grid_id, old.valid_from, old.valid_to,
        old.document_name, old.document_number, old.published_on, old.published_where, old.overlap_reason, old.follows_id
    ) is distinct from (
        new.principal_id, new.agent_id, new.matters, new.powers, new.reach, new.grid_id, new.valid_from, new.valid_to,
        new.document_name, new.document_number, new.published_on, new.published_where, new.overlap_reason, new.follows_id
    ) then
        perform entrustment_refused('ck_entrustments_fixed', 'an entrustment that has been in force is not rewritten');
    end if;
    if tg_op = 'UPDATE' and (old.state in ('ended', 'revoked') or (old.state = 'in_force' and new.state = 'draft')) then
        perform entrustment_refused('ck_entrustments_fixed', 'an entrustment that has ended stays so');
    end if;
    if tg_op = 'UPDATE' and old.document_sha256 is distinct from new.document_sha256
       and old.document_sha256 is not null and old.state <> 'draft' then
        perform entrustment_refused('ck_entrustments_fixed', 'the document of an entrustment in force is not replaced');
    end if;
    if new.state not in ('draft', 'in_force') then
        return new;
    end if;

    if agent.grid_path = principal.grid_path or not agent.grid_path <@ principal.grid_path
       or new.grid_path is null or not new.grid_path <@ agent.grid_path then
        perform entrustment_refused('ck_entrustments_within', 'the area lies in the agent''s territory, that in the principal''s');
    end if;
    if exists (select from units u where u.id in (principal.id, agent.id)
               and (u.opened_on > new.valid_from or u.closed_on < coalesce(new.ended_on, new.valid_to))) then
        perform entrustment_refused('ck_entrustments_open_units', 'both units exist over the whole term');
    end if;
    -- No sub-delegation: every matter is the principal's by its own power over the whole term ...
    if exists (select from unnest(new.matters) m where coalesce(not (
                   select range_agg(daterange(p.valid_from, p.valid_to, '[]')) from unit_powers p
                   where p.unit_id = principal.id and p.matter_code = m and p.basis = 'own') @> term, true)) then
        perform entrustment_refused('ck_entrustments_no_sub_delegation', 'the principal does not hold this by its own power');
    end if;
    -- ... every power one that a unit of its kind may hold by its own right, and one of the agent's kind by entrustment ...
    if exists (select from unnest(new.powers) w(code)
               cross join (values (principal.kind, 'own'), (agent.kind, 'entrusted')) k(unit_kind, manner)
               where coalesce(not (
                   select range_agg(daterange(h.valid_from, h.valid_to, '[]')) from power_holders h
                   where h.power_code = w.code and h.unit_kind = k.unit_kind and h.manner = k.manner) @> term, true)) then
        perform entrustment_refused('ck_entrustments_power_allowed', 'a unit of this kind cannot hold this power so');
    end if;
    -- ... and over the whole area or list: nobody else there is nearer with a power of its own.
    if new.reach = 'area' and exists (
        select from units u join unit_powers p on p.unit_id = u.id
        where u.id <> principal.id and u.grid_path <@ principal.grid_path and u.grid_path <> principal.grid_path
          and (new.grid_path <@ u.grid_path or u.grid_path <@ new.grid_path)
          and p.matter_code = any(new.matters) and daterange(p.valid_from, p.valid_to, '[]') && term
          and u.opened_on <= new.valid_to and (u.closed_on is null or u.closed_on >= new.valid_from)) then
        perform entrustment_refused('ck_entrustments_others_power', 'in a part of this area another unit is competent by its own power');
    end if;
    if new.reach = 'employers' and tg_op = 'UPDATE' and exists (
        select from employers_not_entrustable(new.principal_id, new.agent_id, new.matters, new.valid_from,
            array(select e.employer_id from entrustment_employers e where e.entrustment_id = new.id))) then
        perform entrustment_refused('ck_entrustments_employers', 'an employer on the list is not the principal''s to entrust');
    end if;
    return new;
end $$;
create trigger entrustments_hold before insert or update on entrustments for each row execute function entrustments_hold();

create function entrustment_employers_hold() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from (select entrustment_id, array_agg(employer_id) as employers from new_rows group by 1) n
               join entrustments t on t.id = n.entrustment_id
               where t.reach <> 'employers' or t.state <> 'draft' or exists (
                   select from employers_not_entrustable(t.principal_id, t.agent_id, t.matters, t.valid_from, n.employers)))
       or exists (select from new_rows n join employers e on e.id = n.employer_id where n.grid_path <> e.grid_path) then
        perform entrustment_refused('ck_entrustments_employers', 'an employer on the list is not the principal''s to entrust');
    end if;
    return null;
end $$;
create trigger entrustment_employers_hold after insert on entrustment_employers
referencing new table as new_rows for each statement execute function entrustment_employers_hold();

-- A power is not taken away from under an entrustment: end that first.
create function unit_powers_hold() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from entrustments t
               where t.principal_id = old.unit_id and old.matter_code = any(t.matters) and t.state = 'in_force'
                 and coalesce(not (
                     select range_agg(daterange(p.valid_from, p.valid_to, '[]')) from unit_powers p
                     where p.unit_id = t.principal_id and p.matter_code = old.matter_code and p.basis = 'own')
                     @> daterange(t.valid_from, coalesce(t.ended_on, t.valid_to), '[]'), true)
                 and t.valid_to >= china_today()) then
        perform entrustment_refused('ck_unit_powers_entrusted', 'an entrustment in force rests on this power');
    end if;
    return null;
end $$;
create trigger unit_powers_hold after update or delete on unit_powers for each row execute function unit_powers_hold();

-- What belongs to an employer or to a unit follows it to its new place.
create function designations_follow() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from old_rows o join new_rows n using (id) where o.grid_path <> n.grid_path) then
        update employer_designations t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update entrustment_employers t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
    end if;
    return null;
end $$;
create trigger designations_follow after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function designations_follow();

create function unit_belongings_follow() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update intake_counters set grid_path = new.grid_path where unit_id = new.id;
    update unit_powers set grid_path = new.grid_path where unit_id = new.id;
    return null;
end $$;
create trigger unit_belongings_follow after update of grid_path on units
for each row when (old.grid_path <> new.grid_path) execute function unit_belongings_follow();

-- What has been done to one thing, for those in whose scope it lies; the log itself stays closed to the API.
create function history_of(kind text, subject uuid)
returns table (at timestamptz, person_id uuid, person_name text, action text, details jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.at, l.person_id, (select p.name from people p where p.id = l.person_id), l.action, l.details
    from audit_log l
    where l.subject_id = subject and l.subject_kind = kind and l.grid_path <@ app_scope()
    order by l.at desc, l.id desc limit 200
$$;

-- The grids from the city down to a place, with who answers for each on a day. As the owner: one may know the names of the
-- grids around one's own and of the people who answer for them, though not what is in them.
create function grids_down_to(at_path ltree, on_day date)
returns table (id uuid, code text, name text, level int, path text, owners jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select g.id, g.code, g.name, g.level, g.path::text,
           coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'duty', d.duty) order by p.name, p.id)
                     from duties d join people p on p.id = d.person_id
                     where d.grid_id = g.id and d.valid_from <= on_day and (d.valid_to is null or d.valid_to >= on_day)), '[]')
    from (select at_path where at_path <@ app_scope()) w
    cross join generate_series(1, nlevel(w.at_path)) n
    join grids g on g.path = subpath(w.at_path, 0, n) and g.valid_to is null
    order by g.level
$$;
