-- Accounts, sessions, devices and codes carry the path of their person's unit, so that one predicate decides who sees them.
create function path_of_person() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.grid_path := (select p.grid_path from people p where p.id = new.person_id);
    return new;
end $$;
create trigger accounts_path before insert or update of person_id on accounts for each row execute function path_of_person();

create function path_of_account() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.grid_path := (select a.grid_path from accounts a where a.id = new.account_id);
    return new;
end $$;
create trigger sessions_path before insert on sessions for each row execute function path_of_account();
create trigger devices_path before insert on devices for each row execute function path_of_account();
create trigger one_time_codes_path before insert on one_time_codes for each row execute function path_of_account();

create function accounts_follow_person() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update accounts set grid_path = new.grid_path where person_id = new.id;
    update sessions set grid_path = new.grid_path where account_id in (select id from accounts where person_id = new.id);
    update devices set grid_path = new.grid_path where account_id in (select id from accounts where person_id = new.id);
    update one_time_codes set grid_path = new.grid_path where account_id in (select id from accounts where person_id = new.id);
    return null;
end $$;
create trigger accounts_follow after update of grid_path on people for each row
when (old.grid_path is distinct from new.grid_path) execute function accounts_follow_person();

-- One's own, and with the right those of one's subtree. Secrets and hashes are in no grant: functions use them.
alter table accounts enable row level security;
create policy scope on accounts for select
using (id = (select app_account()) or ((select app_may('account.manage')) and grid_path <@ (select app_scope())));
create policy open on accounts for insert
with check ((select app_may('account.manage')) and grid_path <@ (select app_scope()) and created_by = (select app_person()));
create policy manage on accounts for update
using ((select app_may('account.manage')) and grid_path <@ (select app_scope()) and id <> (select app_account()));
grant select (id, person_id, login, is_active, grid_path, created_at, created_by, must_change_password, password_set_at,
              totp_confirmed_at, disabled_at, disabled_reason) on accounts to wangge_app;
grant insert (id, person_id, login, password_hash, is_active, must_change_password, created_by) on accounts to wangge_app;
grant update (is_active, disabled_at, disabled_reason) on accounts to wangge_app;

alter table sessions enable row level security;
create policy scope on sessions for select
using (account_id = (select app_account()) or ((select app_may('account.manage')) and grid_path <@ (select app_scope())));
create policy revoke on sessions for update
using (account_id = (select app_account()) or ((select app_may('account.manage')) and grid_path <@ (select app_scope())));
grant select (id, account_id, appointment_id, device_id, kind, created_at, expires_at, last_used_at, revoked_at, address, agent,
              grid_path) on sessions to wangge_app;
grant update (revoked_at) on sessions to wangge_app;

alter table devices enable row level security;
create policy scope on devices for select
using (account_id = (select app_account()) or ((select app_may('device.manage')) and grid_path <@ (select app_scope())));
create policy manage on devices for update
using ((select app_may('device.manage')) and grid_path <@ (select app_scope()));
grant select on devices to wangge_app;
grant update (revoked_at, revoked_by, wipe_ordered_at, wipe_ordered_by, wipe_reason) on devices to wangge_app;

alter table one_time_codes enable row level security;
create policy scope on one_time_codes for select
using (account_id = (select app_account()) or ((select app_may('account.manage')) and grid_path <@ (select app_scope())));
create policy issue on one_time_codes for insert
with check (issued_by = (select app_person()) and grid_path <@ (select app_scope())
            and ((kind = 'reset' and (select app_may('account.manage'))) or (kind = 'enrol' and (select app_may('device.manage')))));
grant select (id, kind, account_id, issued_by, issued_at, expires_at, used_at, grid_path) on one_time_codes to wangge_app;
grant insert (id, kind, account_id, code_sha256, issued_by, expires_at, clears_totp) on one_time_codes to wangge_app;

-- Hashes of past passwords: read and written by functions alone.
alter table past_passwords enable row level security;

alter table rights enable row level security;
create policy everyone on rights for select using (true);
grant select on rights to wangge_app;

-- The roles in force of people of the acting scope, with the unit; appointments themselves are not readable.
create function current_roles(people_ids uuid[]) returns table (person_id uuid, role text, unit_name text)
language sql stable security definer set search_path = public, pg_temp as $$
    select distinct on (a.person_id) a.person_id, a.role::text, u.name::text
    from appointments a join units u on u.id = a.unit_id
    where a.person_id = any(people_ids) and a.valid_from <= china_today() and (a.valid_to is null or a.valid_to >= china_today())
      and (a.grid_path <@ app_scope() or a.person_id = app_person())
    order by a.person_id, a.valid_from desc
$$;
create function people_with_role(wanted_role text) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select distinct a.person_id from appointments a
    where a.role = wanted_role and a.valid_from <= china_today() and (a.valid_to is null or a.valid_to >= china_today())
      and a.grid_path <@ app_scope()
$$;
