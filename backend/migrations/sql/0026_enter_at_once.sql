-- Begin a request, as before (sql/0006_sessions.sql says what it means): all that it has to know is asked in one statement. A policy asked
-- by itself costs as much as the rest of the entering, and most requests of a phone are an entering and little else.
create or replace function wangge_enter(token_sha256 bytea, address text default null, agent text default null, touch boolean default false,
                                        unsent int[] default null, app_version text default null)
returns table (state text, session_id uuid, account_id uuid, login text, person_id uuid, person_name text, person_kind text,
               person_phone text, role text, rights text[], unit_id uuid, unit_code text, unit_name text, unit_level int,
               scope text[], device_id uuid, expires_at timestamptz, session_kind text, idle_minutes int, must text[])
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    s record;
    today date := china_today();
    wiping boolean;
begin
    select s0.id, s0.account_id, s0.device_id, s0.expires_at, s0.revoked_at, s0.last_used_at, s0.kind, a.login, a.is_active, a.person_id,
           a.must_change_password, a.password_set_at, a.totp_confirmed_at,
           p.name, p.kind as person_kind, coalesce(v.phone, '') as phone, ap.role, ap.valid_from, ap.valid_to, late.is_late,
           u.id as unit_id, u.code as unit_code, u.name as unit_name, nlevel(u.grid_path) as unit_level,
           d.bound_at, d.wipe_ordered_at, d.wiped_at, d.unsent_operations, d.unsent_photos, d.last_seen_at,
           case when late.is_late then '{}'
                when ap.role = 'community' then array(select h.path from held_paths(a.person_id, today) as h(path))
                else array[ap.grid_path] end as paths,
           array(select r.right_code::text from role_rights r where r.role = ap.role and (not late.is_late or r.right_code = 'field.capture')
                 order by r.right_code) as rights,
           (select x.value::int from policies x where x.key = 'session_idle_minutes_' || s0.kind and x.valid_from <= today
            order by x.valid_from desc limit 1) as idle,
           case when s0.kind = 'desk' then
               (select x.value::int from policies x where x.key = 'password_max_age_days_desk' and x.valid_from <= today
                order by x.valid_from desc limit 1) else 0 end as password_days,
           (select x.value ? ap.role from policies x where x.key = 'totp_required_roles' and x.valid_from <= today
            order by x.valid_from desc limit 1) as needs_totp,
           (select x.value::boolean from policies x where x.key = 'device_enrolment_required' and x.valid_from <= today
            order by x.valid_from desc limit 1) as needs_enrolment
      into s
      from sessions s0
      join accounts a on a.id = s0.account_id
      join people p on p.id = a.person_id
      left join people_private v on v.person_id = p.id
      join appointments ap on ap.id = s0.appointment_id
      cross join lateral (select coalesce(ap.valid_to < today and ap.late_until >= today, false) as is_late) late
      join units u on u.id = ap.unit_id
      left join devices d on d.id = s0.device_id and d.account_id = s0.account_id
     where s0.token_sha256 = wangge_enter.token_sha256;
    if not found then
        state := 'unknown';
        return next;
        return;
    end if;
    wiping := s.wipe_ordered_at is not null and s.wiped_at is null;
    -- A phone that is to be erased gets in whatever became of its session, but only to hand over what it holds.
    if wiping then state := 'ok';
    elsif s.revoked_at is not null then state := 'revoked';
    elsif not s.is_active or s.expires_at <= now() or s.valid_from > today or (s.valid_to < today and not s.is_late) then state := 'expired';
    elsif s.last_used_at < now() - make_interval(mins => s.idle) then state := 'idle';
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
                set_config('app.scope', s.paths::text, true);
        must := array_remove(array[
            case when wiping then 'wipe' end,
            case when s.must_change_password or (s.password_days > 0 and s.password_set_at < now() - make_interval(days => s.password_days))
                 then 'change_password' end,
            case when s.totp_confirmed_at is null and s.needs_totp then 'enrol_totp' end,
            case when s.kind = 'phone' and s.bound_at is null and s.needs_enrolment then 'enrol_device' end
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
    person_kind := s.person_kind; person_phone := s.phone; role := s.role; rights := s.rights; unit_id := s.unit_id; unit_code := s.unit_code;
    unit_name := s.unit_name; unit_level := s.unit_level; scope := s.paths::text[]; device_id := s.device_id;
    expires_at := s.expires_at; session_kind := s.kind; idle_minutes := s.idle;
    return next;
end $$;

-- It writes nothing: then its statements share one look at the database in place of one each.
alter function feed_of_scope(text, bigint, bigint, int) stable;
