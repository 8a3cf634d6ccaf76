-- What identifies a person is reached through these functions alone: masked, or whole with a line in the audit log that says
-- who read it and why.
alter table people_private enable row level security;

create function mask_phone(phone text) returns text language sql immutable parallel safe as $$
    select case when length(phone) >= 8 then left(phone, 3) || '****' || right(phone, 4) when phone = '' then '' else '****' end
$$;

-- The region and the check digit stay, the birthday does not.
create function mask_id_number(id_number text) returns text language sql immutable parallel safe as $$
    select case when id_number is null then '' else left(id_number, 4) || '************' || right(id_number, 2) end
$$;

-- Whether the acting person may work on somebody's file: hers lies in the acting scope.
create function may_keep(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from people p where p.id = person and p.grid_path <@ app_scope())
$$;

create function people_masked(wanted uuid[]) returns table (person_id uuid, phone_masked text, id_number_masked text)
language sql stable security definer set search_path = public, pg_temp as $$
    select v.person_id, mask_phone(v.phone), mask_id_number(v.id_number)
    from people_private v join people p on p.id = v.person_id
    where v.person_id = any(wanted) and (p.grid_path <@ app_scope() or p.id = app_person())
$$;

-- Write what identifies these people; null leaves a value as it is.
create function people_private_set(persons uuid[], phones text[], id_numbers text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from unnest(persons) as w(id) where not may_keep(w.id)) then
        raise insufficient_privilege using message = 'not in the acting scope';
    end if;
    insert into people_private as v (person_id, phone, id_number)
    select w.id, coalesce(w.phone, h.phone, ''), coalesce(w.id_number, h.id_number)
    from unnest(persons, phones, id_numbers) as w(id, phone, id_number) left join people_private h on h.person_id = w.id
    where w.phone is not null or w.id_number is not null
    on conflict (person_id) do update set phone = excluded.phone, id_number = excluded.id_number, updated_at = now();
end $$;

-- The whole values, and in the same breath the line that says so. Nothing comes back for somebody out of scope.
create function person_unmask(person uuid, fields text[], reason text) returns table (phone text, id_number text)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not may_keep(person) then
        return;
    end if;
    perform audit('person_unmasked', 'person', person, jsonb_build_object('fields', to_jsonb(fields), 'reason', reason),
                  (select p.grid_path from people p where p.id = person));
    return query
    select case when 'phone' = any(fields) then coalesce(v.phone, '')::text end,
           case when 'id_number' = any(fields) then v.id_number::text end
    from (select) one left join people_private v on v.person_id = person;
end $$;

-- Whom the register holds already under these numbers, anywhere in the city; outside the acting scope told only as taken.
create function people_known(employee_numbers text[], id_numbers text[])
returns table (ordinal bigint, by_number uuid, is_number_taken boolean, by_id uuid, is_id_taken boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.ordinal, case when n.grid_path <@ app_scope() then n.id end, n.id is not null,
           case when i.grid_path <@ app_scope() then i.id end, i.id is not null
    from unnest(employee_numbers, id_numbers) with ordinality as w(employee_no, id_number, ordinal)
    left join people n on n.employee_no = w.employee_no
    left join people_private v on v.id_number = w.id_number
    left join people i on i.id = v.person_id
    where n.id is not null or i.id is not null
$$;

-- What belongs to a person lies where she does: when her unit changes, so does its path.
create function people_take_along() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update certificates c set grid_path = n.grid_path from new_rows n join old_rows o using (id)
     where c.person_id = n.id and o.grid_path <> n.grid_path;
    update exam_results r set grid_path = n.grid_path from new_rows n join old_rows o using (id)
     where r.person_id = n.id and o.grid_path <> n.grid_path;
    return null;
end $$;
create trigger people_take_along after update on people
referencing old table as old_rows new table as new_rows for each statement execute function people_take_along();

-- Appointments: read and written through functions only, for rights come from them.
create function appointments_of(person uuid)
returns table (id uuid, role text, unit_id uuid, unit_name text, grid_path text, valid_from date, valid_to date)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.role::text, a.unit_id, u.name::text, a.grid_path::text, a.valid_from, a.valid_to
    from appointments a join people p on p.id = a.person_id join units u on u.id = a.unit_id
    where a.person_id = person and (p.grid_path <@ app_scope() or a.grid_path <@ app_scope() or p.id = app_person())
    order by a.valid_from desc, a.id
$$;

-- The roles that a unit's people hold; whoever audits the city sits with the command centre.
create function roles_of_unit(kind text) returns text[] language sql immutable parallel safe as $$
    select case kind when 'command_centre' then array['city', 'auditor'] when 'street' then array['street']
                     when 'community' then array['community'] else array['county'] end
$$;

create function appoint_person(person uuid, role text, unit uuid, from_day date, to_day date) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    home record;
    made uuid := gen_random_uuid();
begin
    select u.kind, u.grid_path into home from units u where u.id = unit and u.grid_path <@ app_scope();
    if not found or not may_keep(person) then
        raise insufficient_privilege using message = 'not in the acting scope';
    end if;
    perform from people p where p.id = person for update;
    if not appoint_person.role = any(roles_of_unit(home.kind::text)) then
        raise check_violation using message = 'this unit has no such role', constraint = 'role_fits_unit';
    end if;
    if exists (select from appointments a where a.person_id = person
               and daterange(a.valid_from, a.valid_to, '[]') && daterange(from_day, to_day, '[]')) then
        raise check_violation using message = 'appointed already', constraint = 'one_appointment_at_a_time';
    end if;
    insert into appointments (id, person_id, role, unit_id, grid_path, valid_from, valid_to)
    values (made, person, appoint_person.role, unit, home.grid_path, from_day, to_day);
    update people p set state = 'appointed', left_on = null, leaving_reason = '', joined_on = coalesce(p.joined_on, from_day),
                        unit_id = unit, grid_path = home.grid_path, version = p.version + 1
     where p.id = person;
    return made;
end $$;

-- End what gives a person power: her appointments, and with them her sessions. A phone may still send until ``late`` what it
-- captured before, and nothing else; a desk's session is over with the day.
create function end_appointments(person uuid, last_day date, late date) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare ended int;
begin
    if not may_keep(person) then
        raise insufficient_privilege using message = 'not in the acting scope';
    end if;
    update appointments a set valid_to = greatest(last_day, a.valid_from), late_until = late
     where a.person_id = person and (a.valid_to is null or a.valid_to > last_day);
    get diagnostics ended = row_count;
    update sessions s set expires_at = least(s.expires_at, (last_day + 1)::timestamp at time zone 'Asia/Shanghai')
      from appointments a
     where a.id = s.appointment_id and a.person_id = person and s.revoked_at is null
       and not exists (select from role_rights r where r.role = a.role and r.right_code = 'field.capture');
    return ended;
end $$;

-- From what a person signs in: for the list of what is open when she leaves.
create function devices_of(person uuid) returns table (id uuid, name text, last_seen_at timestamptz, open_sessions bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.name::text, d.last_seen_at,
           (select count(*) from sessions s where s.device_id = d.id and s.account_id = d.account_id and s.revoked_at is null
            and s.expires_at > now())
    from accounts a join devices d on d.account_id = a.id
    where a.person_id = person and may_keep(person)
    union all
    select null, '', max(s.created_at), count(*)
    from accounts a join sessions s on s.account_id = a.id
    where a.person_id = person and may_keep(person) and s.device_id is null and s.revoked_at is null and s.expires_at > now()
    having count(*) > 0
$$;

create function person_has_account(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select may_keep(person) and exists (select from accounts a where a.person_id = person and a.is_active)
$$;

-- Whether an import would change a number; neither is told.
create function private_differs(person uuid, phone text, id_number text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select may_keep(person) and ((private_differs.phone <> '' and private_differs.phone is distinct from v.phone)
                              or (private_differs.id_number <> '' and private_differs.id_number is distinct from v.id_number))
    from (select) one left join people_private v on v.person_id = person
$$;
