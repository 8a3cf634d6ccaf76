-- The phone number moved to people_private; and somebody whose post was handed over may, until ``late_until``, still send
-- what her phone captured before: her session then carries the right to capture, no scope and nothing else.
drop function wangge_enter(bytea);
create function wangge_enter(token_sha256 bytea)
returns table (state text, session_id uuid, account_id uuid, login text, person_id uuid, person_name text, person_kind text,
               person_phone text, role text, rights text[], unit_id uuid, unit_code text, unit_name text, unit_level int,
               scope text[], device_id uuid, expires_at timestamptz)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found_session record;
    paths ltree[];
    is_late boolean;
begin
    select s.id, s.account_id, s.device_id, s.expires_at, s.revoked_at, a.login, a.is_active, a.person_id,
           p.name, p.kind, coalesce(v.phone, '') as phone, ap.role, ap.grid_path, ap.valid_from, ap.valid_to, ap.late_until,
           u.id as unit_id, u.code as unit_code, u.name as unit_name, nlevel(u.grid_path) as unit_level
      into found_session
      from sessions s
      join accounts a on a.id = s.account_id
      join people p on p.id = a.person_id
      left join people_private v on v.person_id = p.id
      join appointments ap on ap.id = s.appointment_id
      join units u on u.id = ap.unit_id
     where s.token_sha256 = wangge_enter.token_sha256;
    if not found then
        return query select 'unknown', null::uuid, null::uuid, null, null::uuid, null, null, null, null, null::text[],
                            null::uuid, null, null, null::int, null::text[], null::uuid, null::timestamptz;
        return;
    end if;
    is_late := coalesce(found_session.valid_to < china_today() and found_session.late_until >= china_today(), false);
    if is_late then
        paths := '{}';
    elsif found_session.role = 'community' then
        select array_agg(path) into paths from held_paths(found_session.person_id, china_today()) as path;
    else
        paths := array[found_session.grid_path];
    end if;
    if found_session.revoked_at is null and found_session.is_active and found_session.expires_at > now()
       and found_session.valid_from <= china_today()
       and (found_session.valid_to is null or found_session.valid_to >= china_today() or is_late) then
        perform set_config('app.person_id', found_session.person_id::text, true),
                set_config('app.session_id', found_session.id::text, true),
                set_config('app.scope', coalesce(paths, '{}')::text, true);
        state := 'ok';
    elsif found_session.revoked_at is not null then state := 'revoked';
    else state := 'expired';
    end if;
    return query select state, found_session.id, found_session.account_id, found_session.login::text, found_session.person_id,
        found_session.name::text, found_session.kind::text, found_session.phone::text, found_session.role::text,
        (select coalesce(array_agg(r.right_code::text order by r.right_code), '{}') from role_rights r
          where r.role = found_session.role and (not is_late or r.right_code = 'field.capture')),
        found_session.unit_id, found_session.unit_code::text, found_session.unit_name::text, found_session.unit_level,
        coalesce(paths, '{}')::text[], found_session.device_id, found_session.expires_at;
end $$;

create or replace function auth_account(wanted_login text)
returns table (account_id uuid, password_hash text, is_active boolean, locked_until timestamptz, appointment_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password_hash, a.is_active,
           (select f.locked_until from sign_in_failures f where f.login = wanted_login and f.locked_until > now()),
           (select ap.id from appointments ap
             where ap.person_id = a.person_id and ap.valid_from <= china_today()
               and (ap.valid_to is null or ap.valid_to >= china_today() or ap.late_until >= china_today())
             order by ap.valid_to is null or ap.valid_to >= china_today() desc, ap.valid_from desc limit 1)
      from (select) as one left join accounts a on a.login = wanted_login
$$;
