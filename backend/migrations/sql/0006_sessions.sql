-- Begin a request: look the session up, bind who acts and from where, and say what must be done first (``must``):
--   wipe             this phone is to be erased: it may only push what it holds and say that it is done
--   change_password  a temporary or outdated password
--   enrol_totp       the role needs a second factor and has none
--   enrol_device     the deployment wants phones enrolled and this one is not
-- Somebody whose post was handed over may, until ``late_until``, still send what her phone captured before: her session then
-- carries the right to capture, no scope and nothing else. ``touch`` counts as use; what a page asks by itself in the background does not.
drop function wangge_enter(bytea);
create function wangge_enter(token_sha256 bytea, address text default null, agent text default null, touch boolean default false,
                             unsent int[] default null, app_version text default null)
returns table (state text, session_id uuid, account_id uuid, login text, person_id uuid, person_name text, person_kind text,
               person_phone text, role text, rights text[], unit_id uuid, unit_code text, unit_name text, unit_level int,
               scope text[], device_id uuid, expires_at timestamptz, session_kind text, idle_minutes int, must text[])
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    s record;
    paths ltree[];
    idle int;
    max_age int;
    wiping boolean;
    is_late boolean;
begin
    select s0.id, s0.account_id, s0.device_id, s0.expires_at, s0.revoked_at, s0.last_used_at, s0.kind, a.login, a.is_active, a.person_id,
           a.must_change_password, a.password_set_at, a.totp_confirmed_at,
           p.name, p.kind as person_kind, coalesce(v.phone, '') as phone, ap.role, ap.grid_path, ap.valid_from, ap.valid_to, ap.late_until,
           u.id as unit_id, u.code as unit_code, u.name as unit_name, nlevel(u.grid_path) as unit_level,
           d.bound_at, d.wipe_ordered_at, d.wiped_at, d.unsent_operations, d.unsent_photos, d.last_seen_at
      into s
      from sessions s0
      join accounts a on a.id = s0.account_id
      join people p on p.id = a.person_id
      left join people_private v on v.person_id = p.id
      join appointments ap on ap.id = s0.appointment_id
      join units u on u.id = ap.unit_id
      left join devices d on d.id = s0.device_id and d.account_id = s0.account_id
     where s0.token_sha256 = wangge_enter.token_sha256;
    if not found then
        state := 'unknown';
        return next;
        return;
    end if;
    is_late := coalesce(s.valid_to < china_today() and s.late_until >= china_today(), false);
    if is_late then
        paths := '{}';
    elsif s.role = 'community' then
        select array_agg(path) into paths from held_paths(s.person_id, china_today()) as path;
    else
        paths := array[s.grid_path];
    end if;
    paths := coalesce(paths, '{}');
    idle := (policy('session_idle_minutes_' || s.kind))::int;
    wiping := s.wipe_ordered_at is not null and s.wiped_at is null;
    -- A phone that is to be erased gets in whatever became of its session, but only to hand over what it holds.
    if wiping then state := 'ok';
    elsif s.revoked_at is not null then state := 'revoked';
    elsif not s.is_active or s.expires_at <= now() or s.valid_from > china_today()
          or (s.valid_to < china_today() and not is_late) then state := 'expired';
    elsif s.last_used_at < now() - make_interval(mins => idle) then state := 'idle';
    else state := 'ok';
    end if;
    if state = 'ok' then
        perform set_config('app.person_id', s.person_id::text, true),
                set_config('app.session_id', s.id::text, true),
                set_config('app.account_id', s.account_id::text, true),
                set_config('app.device_id', coalesce(s.device_id::text, ''), true),
                set_config('app.role', s.role, true),
                set_config('app.address', coalesce(address, ''), true),
                set_config('app.agent', coalesce(agent, ''), true),
                set_config('app.scope', paths::text, true);
        max_age := case when s.kind = 'desk' then (policy('password_max_age_days_desk'))::int else 0 end;
        must := array_remove(array[
            case when wiping then 'wipe' end,
            case when s.must_change_password or (max_age > 0 and s.password_set_at < now() - make_interval(days => max_age))
                 then 'change_password' end,
            case when s.totp_confirmed_at is null and policy('totp_required_roles') ? s.role then 'enrol_totp' end,
            case when s.kind = 'phone' and s.bound_at is null and (policy('device_enrolment_required'))::boolean then 'enrol_device' end
        ], null);
        -- At most once a minute, and never waiting for another request of the same session.
        if touch and s.last_used_at < now() - interval '1 minute' then
            update sessions set last_used_at = now()
             where id in (select x.id from sessions x where x.id = s.id for update skip locked);
        end if;
        if s.device_id is not null and (s.last_seen_at < now() - interval '1 minute' or (unsent is not null
                and (unsent[1], unsent[2]) is distinct from (s.unsent_operations, s.unsent_photos))) then
            update devices d
               set last_seen_at = now(), app_version = coalesce(nullif(wangge_enter.app_version, ''), d.app_version),
                   unsent_operations = coalesce(unsent[1], d.unsent_operations),
                   unsent_photos = coalesce(unsent[2], d.unsent_photos),
                   unsent_reported_at = case when unsent is not null then now() else d.unsent_reported_at end
             where (d.id, d.account_id) in (select x.id, x.account_id from devices x
                                            where x.id = s.device_id and x.account_id = s.account_id for update skip locked);
        end if;
    end if;
    session_id := s.id; account_id := s.account_id; login := s.login; person_id := s.person_id; person_name := s.name;
    person_kind := s.person_kind; person_phone := s.phone; role := s.role; unit_id := s.unit_id; unit_code := s.unit_code;
    unit_name := s.unit_name; unit_level := s.unit_level; scope := paths::text[]; device_id := s.device_id;
    expires_at := s.expires_at; session_kind := s.kind; idle_minutes := idle;
    rights := (select coalesce(array_agg(r.right_code::text order by r.right_code), '{}') from role_rights r
               where r.role = s.role and (not is_late or r.right_code = 'field.capture'));
    return next;
end $$;

drop function auth_account(text);
create function auth_account(wanted_login text)
returns table (account_id uuid, password_hash text, is_active boolean, locked_until timestamptz, appointment_id uuid, totp_secret text,
               totp_last_step bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password_hash, a.is_active,
           (select f.locked_until from sign_in_failures f where f.login = wanted_login and f.locked_until > now()),
           (select ap.id from appointments ap
             where ap.person_id = a.person_id and ap.valid_from <= china_today()
               and (ap.valid_to is null or ap.valid_to >= china_today() or ap.late_until >= china_today())
             order by ap.valid_to is null or ap.valid_to >= china_today() desc, ap.valid_from desc limit 1),
           case when a.totp_confirmed_at is not null then a.totp_secret end, a.totp_last_step
      from (select) as one left join accounts a on a.login = wanted_login
$$;

-- A code of the second factor counts once: the step it belongs to must be newer than the last one used.
create function auth_use_totp(wanted_account uuid, step bigint) returns boolean
language sql security definer set search_path = public, pg_temp as $$
    with used as (
        update accounts set totp_last_step = step where id = wanted_account and (totp_last_step is null or totp_last_step < step)
        returning id)
    select exists (select from used)
$$;

create function auth_use_recovery_code(wanted_account uuid, code bytea) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update one_time_codes set used_at = now()
     where account_id = wanted_account and kind = 'recovery' and code_sha256 = code and used_at is null;
    if found then
        perform audit('recovery_code_used', 'account', wanted_account, '{}', (select grid_path from accounts where id = wanted_account));
    end if;
    return found;
end $$;

-- From here on the transaction's lines in the audit log are this account's: it has just proved itself.
create function act_as(wanted_account uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform set_config('app.account_id', a.id::text, true), set_config('app.person_id', a.person_id::text, true)
       from accounts a where a.id = wanted_account;
end $$;
revoke all on function act_as(uuid) from public;

-- Open a session. A phone may be bound by a code in the same step; one that was stopped is refused until it is enrolled again.
drop function auth_open_session(uuid, uuid, bytea, uuid, text, timestamptz);
create function auth_open_session(wanted_account uuid, appointment uuid, token bytea, expires timestamptz, wanted_kind text,
                                  device uuid, device_name text, device_model text, version text, enrolment bytea)
returns table (session_id uuid, problem text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    opened uuid := gen_random_uuid();
    path ltree := (select grid_path from accounts where id = wanted_account);
    issuer uuid;
    known devices;
begin
    if device is not null then
        if enrolment is not null then
            update one_time_codes set used_at = now()
             where kind = 'enrol' and account_id = wanted_account and code_sha256 = enrolment and used_at is null and expires_at > now()
            returning issued_by into issuer;
            if not found then
                problem := 'enrolment_code_wrong';
                return next;
                return;
            end if;
        end if;
        select * into known from devices where id = device and account_id = wanted_account for update;
        if found and known.revoked_at is not null and issuer is null
           and not (known.wipe_ordered_at is not null and known.wiped_at is null) then
            problem := 'device_revoked';
            return next;
            return;
        end if;
        insert into devices (id, account_id, name, model, app_version)
        values (device, wanted_account, coalesce(device_name, ''), coalesce(device_model, ''), coalesce(version, ''))
        on conflict (id, account_id) do update set last_seen_at = now(), name = excluded.name, model = excluded.model,
            app_version = excluded.app_version;
        if issuer is not null then
            update devices set bound_at = now(), bound_by = issuer, revoked_at = null, revoked_by = null, wipe_ordered_at = null,
                               wipe_ordered_by = null, wipe_reason = '', wiped_at = null
             where id = device and account_id = wanted_account;
            perform audit('device_enrolled', 'device', device, jsonb_build_object('account_id', wanted_account, 'issued_by', issuer,
                          'model', device_model), path);
        end if;
    end if;
    delete from sign_in_failures f using accounts a where a.id = wanted_account and f.login = a.login;
    insert into sessions (id, account_id, appointment_id, device_id, token_sha256, expires_at, kind, address, agent)
    values (opened, wanted_account, appointment, device, token, expires, wanted_kind,
            coalesce(current_setting('app.address', true), ''), coalesce(current_setting('app.agent', true), ''));
    perform act_as(wanted_account), set_config('app.session_id', opened::text, true),
            set_config('app.device_id', coalesce(device::text, ''), true);
    perform audit('signed_in', 'session', opened, jsonb_build_object('device_id', device), path);
    session_id := opened;
    return next;
end $$;

-- What the acting person needs to prove herself once more, and to choose a new password.
create function own_secrets() returns table (password_hash text, past_hashes text[], totp_secret text, totp_pending text, totp_last_step bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.password_hash, (select coalesce(array_agg(h.password_hash), '{}') from past_passwords h where h.account_id = a.id),
           case when a.totp_confirmed_at is not null then a.totp_secret end,
           case when a.totp_confirmed_at is null then a.totp_secret end, a.totp_last_step
    from accounts a where a.id = app_account()
$$;

-- Store a password, keep the former ones as long as the policy says, and end the account's other sessions.
create function auth_set_password(wanted_account uuid, new_hash text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    path ltree := (select grid_path from accounts where id = wanted_account);
begin
    insert into past_passwords (id, account_id, password_hash, set_at)
    select gen_random_uuid(), a.id, a.password_hash, a.password_set_at from accounts a where a.id = wanted_account;
    delete from past_passwords where account_id = wanted_account and id not in (
        select h.id from past_passwords h where h.account_id = wanted_account order by h.set_at desc, h.id desc
        limit greatest((policy('password_history'))::int - 1, 0));
    update accounts set password_hash = new_hash, password_set_at = now(), must_change_password = false where id = wanted_account;
    update sessions set revoked_at = now()
     where account_id = wanted_account and revoked_at is null and id is distinct from app_session();
    perform audit('password_changed', 'account', wanted_account, '{}', path);
end $$;

-- The account that a reset code belongs to, with what a new password is compared with; empty when it does not fit.
create function auth_reset_account(wanted_login text, code bytea)
returns table (account_id uuid, login text, person_name text, password_hash text, past_hashes text[])
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.login::text, p.name::text, a.password_hash::text,
           (select coalesce(array_agg(h.password_hash::text), '{}') from past_passwords h where h.account_id = a.id)
    from one_time_codes c join accounts a on a.id = c.account_id join people p on p.id = a.person_id
    where a.login = wanted_login and c.kind = 'reset' and c.code_sha256 = code and c.used_at is null and c.expires_at > now()
$$;

create function auth_reset_password(wanted_account uuid, code bytea, new_hash text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare clears boolean;
begin
    update one_time_codes set used_at = now()
     where account_id = wanted_account and kind = 'reset' and code_sha256 = code and used_at is null and expires_at > now()
    returning clears_totp into clears;
    if not found then return false; end if;
    perform act_as(wanted_account);
    if clears then perform auth_drop_totp(wanted_account); end if;
    perform auth_set_password(wanted_account, new_hash);
    delete from sign_in_failures f using accounts a where a.id = wanted_account and f.login = a.login;
    return true;
end $$;

create function auth_drop_totp(wanted_account uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update accounts set totp_secret = null, totp_confirmed_at = null, totp_last_step = null where id = wanted_account;
    delete from one_time_codes where account_id = wanted_account and kind = 'recovery';
    perform audit('totp_removed', 'account', wanted_account, '{}', (select grid_path from accounts where id = wanted_account));
end $$;
revoke all on function auth_drop_totp(uuid) from public;

create function own_totp_begin(secret text) returns void language sql security definer set search_path = public, pg_temp as $$
    update accounts set totp_secret = secret, totp_last_step = null where id = app_account() and totp_confirmed_at is null
$$;
create function own_totp_remove() returns void language sql security definer set search_path = public, pg_temp as
$$ select auth_drop_totp(app_account()) $$;
create function own_totp_confirm(step bigint) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update accounts set totp_confirmed_at = now(), totp_last_step = step
     where id = app_account() and totp_secret is not null and totp_confirmed_at is null;
    perform audit('totp_enrolled', 'account', app_account(), '{}', (select grid_path from accounts where id = app_account()));
end $$;

create function own_recovery_codes(codes bytea[]) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from one_time_codes where account_id = app_account() and kind = 'recovery';
    insert into one_time_codes (id, kind, account_id, code_sha256, issued_by)
    select gen_random_uuid(), 'recovery', app_account(), code, app_person() from unnest(codes) as code;
    perform audit('recovery_codes_made', 'account', app_account(), '{}', (select grid_path from accounts where id = app_account()));
end $$;

-- The phone says that its store is gone; with it ends its session.
create function own_device_wiped(left_unsent int) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    this uuid := nullif(current_setting('app.device_id', true), '')::uuid;
begin
    update devices set wiped_at = now(), revoked_at = coalesce(revoked_at, now()), unsent_operations = left_unsent, unsent_photos = 0
     where id = this and account_id = app_account() and wipe_ordered_at is not null and wiped_at is null;
    if found then
        update sessions set revoked_at = now() where device_id = this and account_id = app_account() and revoked_at is null;
        perform audit('device_wiped', 'device', this, jsonb_build_object('left_unsent', left_unsent),
                      (select grid_path from accounts where id = app_account()));
    end if;
end $$;
