-- Who acts, for the length of one transaction. Unset means nobody: every policy then compares with null and shows nothing.
create function app_person() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.person_id', true), '')::uuid $$;

create function app_scope() returns ltree[] language sql stable parallel safe as
$$ select nullif(current_setting('app.scope', true), '')::ltree[] $$;

create function app_session() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.session_id', true), '')::uuid $$;

create function china_today() returns date language sql stable parallel safe as
$$ select (now() at time zone 'Asia/Shanghai')::date $$;

-- The grids a person holds on a day: a supervisor's by duty, everyone else's by appointment.
create function held_paths(person uuid, on_day date) returns setof ltree
language sql stable security definer set search_path = public, pg_temp as $$
    select d.grid_path from duties d
    where d.person_id = person and d.valid_from <= on_day and (d.valid_to is null or d.valid_to >= on_day)
    union
    select a.grid_path from appointments a
    where a.person_id = person and a.role <> 'community'
      and a.valid_from <= on_day and (a.valid_to is null or a.valid_to >= on_day)
$$;
revoke all on function held_paths(uuid, date) from public;

-- Who can be sent out on a day, of the acting scope: people whose role takes patrols on a phone, appointed in the scope or
-- holding a duty there. ``subtree`` narrows to those whose grid lies in it or around it.
create function people_assignable(on_day date, subtree ltree) returns table (person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    with reach as (
        select a.person_id, a.grid_path from appointments a
        where a.valid_from <= on_day and (a.valid_to is null or a.valid_to >= on_day)
        union all
        select d.person_id, d.grid_path from duties d
        where d.valid_from <= on_day and (d.valid_to is null or d.valid_to >= on_day)
    )
    select distinct r.person_id from reach r
    where r.grid_path <@ app_scope() and (subtree is null or r.grid_path <@ subtree or r.grid_path @> subtree)
      and exists (select from appointments a join role_rights t on t.role = a.role and t.right_code = 'field.pull'
                  where a.person_id = r.person_id and a.valid_from <= on_day and (a.valid_to is null or a.valid_to >= on_day))
$$;

-- Begin a request: look the session up and bind person and scope to this transaction.
create function wangge_enter(token_sha256 bytea)
returns table (state text, session_id uuid, account_id uuid, login text, person_id uuid, person_name text, person_kind text,
               person_phone text, role text, rights text[], unit_id uuid, unit_code text, unit_name text, unit_level int,
               scope text[], device_id uuid, expires_at timestamptz)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found_session record;
    paths ltree[];
begin
    select s.id, s.account_id, s.device_id, s.expires_at, s.revoked_at, a.login, a.is_active, a.person_id,
           p.name, p.kind, p.phone, ap.role, ap.grid_path, ap.valid_from, ap.valid_to,
           u.id as unit_id, u.code as unit_code, u.name as unit_name, nlevel(u.grid_path) as unit_level
      into found_session
      from sessions s
      join accounts a on a.id = s.account_id
      join people p on p.id = a.person_id
      join appointments ap on ap.id = s.appointment_id
      join units u on u.id = ap.unit_id
     where s.token_sha256 = wangge_enter.token_sha256;
    if not found then
        return query select 'unknown', null::uuid, null::uuid, null, null::uuid, null, null, null, null, null::text[],
                            null::uuid, null, null, null::int, null::text[], null::uuid, null::timestamptz;
        return;
    end if;
    if found_session.role = 'community' then
        select array_agg(path) into paths from held_paths(found_session.person_id, china_today()) as path;
    else
        paths := array[found_session.grid_path];
    end if;
    if found_session.revoked_at is null and found_session.is_active and found_session.expires_at > now()
       and found_session.valid_from <= china_today()
       and (found_session.valid_to is null or found_session.valid_to >= china_today()) then
        perform set_config('app.person_id', found_session.person_id::text, true),
                set_config('app.session_id', found_session.id::text, true),
                set_config('app.scope', coalesce(paths, '{}')::text, true);
        state := 'ok';
    elsif found_session.revoked_at is not null then state := 'revoked';
    else state := 'expired';
    end if;
    return query select state, found_session.id, found_session.account_id, found_session.login::text, found_session.person_id,
        found_session.name::text, found_session.kind::text, found_session.phone::text, found_session.role::text,
        (select coalesce(array_agg(r.right_code::text order by r.right_code), '{}') from role_rights r where r.role = found_session.role),
        found_session.unit_id, found_session.unit_code::text, found_session.unit_name::text, found_session.unit_level,
        coalesce(paths, '{}')::text[], found_session.device_id, found_session.expires_at;
end $$;

-- Sign-in. Hashes are compared in the server, never here. Wrong guesses lock a login for a while (limits are policies), one
-- that does not exist like any other: this always answers with one row, which is empty but for the lock where there is none.
create function auth_account(wanted_login text)
returns table (account_id uuid, password_hash text, is_active boolean, locked_until timestamptz, appointment_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password_hash, a.is_active,
           (select f.locked_until from sign_in_failures f where f.login = wanted_login and f.locked_until > now()),
           (select ap.id from appointments ap
             where ap.person_id = a.person_id and ap.valid_from <= china_today()
               and (ap.valid_to is null or ap.valid_to >= china_today())
             order by ap.valid_from desc limit 1)
      from (select) as one left join accounts a on a.login = wanted_login
$$;

create function auth_failed(wanted_login text) returns table (attempts_left int, locked_until timestamptz)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    limit_count int := (policy('sign_in_attempts'))::int;
    lock_time interval := make_interval(mins => (policy('sign_in_lock_minutes'))::int);
begin
    delete from sign_in_failures f where f.failed_at < now() - interval '1 day' - lock_time;
    insert into sign_in_failures (login, failed_count) values (wanted_login, 0) on conflict (login) do nothing;
    return query
    update sign_in_failures f
       set failed_at = now(),
           failed_count = case when f.failed_count + 1 >= limit_count then 0 else f.failed_count + 1 end,
           locked_until = case when f.failed_count + 1 >= limit_count then now() + lock_time else f.locked_until end
     where f.login = wanted_login
    returning case when f.failed_count = 0 then 0 else limit_count - f.failed_count end, f.locked_until;
    perform audit('sign_in_failed', 'account', (select id from accounts where login = wanted_login), '{}');
end $$;

-- Count an attempt from an address in this minute; returns how many that makes.
create function auth_attempt(from_address text) returns int
language sql security definer set search_path = public, pg_temp as $$
    delete from sign_in_attempts where minute < now() - interval '10 minutes';
    insert into sign_in_attempts (address, minute, attempts) values (from_address, date_trunc('minute', now()), 1)
    on conflict (address, minute) do update set attempts = sign_in_attempts.attempts + 1
    returning attempts
$$;

create function auth_open_session(wanted_account uuid, appointment uuid, token bytea, device uuid, device_name text, expires timestamptz)
returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare opened uuid := gen_random_uuid();
begin
    delete from sign_in_failures f using accounts a where a.id = wanted_account and f.login = a.login;
    if device is not null then
        insert into devices (id, account_id, name) values (device, wanted_account, coalesce(device_name, ''))
        on conflict (id, account_id) do update set last_seen_at = now(), name = excluded.name;
    end if;
    insert into sessions (id, account_id, appointment_id, device_id, token_sha256, expires_at)
    values (opened, wanted_account, appointment, device, token, expires);
    perform audit('signed_in', 'session', opened, jsonb_build_object('device_id', device));
    return opened;
end $$;

create function auth_revoke_session() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update sessions set revoked_at = now() where id = app_session() and revoked_at is null;
    perform audit('signed_out', 'session', app_session(), '{}');
end $$;

-- One line for the audit log; the API may write through this and through nothing else, and may never change a line.
create function audit(action text, subject_kind text, subject_id uuid, details jsonb, grid_path ltree default null)
returns void language sql security definer set search_path = public, pg_temp as $$
    insert into audit_log (person_id, session_id, action, subject_kind, subject_id, grid_path, details)
    values (app_person(), app_session(), audit.action, audit.subject_kind, audit.subject_id, audit.grid_path, audit.details)
$$;

create function audit_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'the audit log is append-only'; end $$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
for each statement execute function audit_is_append_only();

-- A policy's value on a day.
create function policy(wanted_key text, on_day date default china_today()) returns jsonb language sql stable as $$
    select value from policies where key = wanted_key and valid_from <= on_day order by valid_from desc limit 1
$$;
