-- The audit log by months: what is older than the law asks for goes as a whole month, without touching a line.
-- Partitions live in a schema of their own, which only the owner enters.
create schema audit_months;
revoke all on schema audit_months from public;

alter table audit_log rename to audit_log_before;
alter table audit_log_before rename constraint pk_audit_log to pk_audit_log_before;
drop trigger audit_log_append_only on audit_log_before;
drop index ix_audit_log_at, ix_audit_log_person_id, ix_audit_log_subject_id;

create table audit_log (
    id bigint generated always as identity,
    at timestamptz not null default now(),
    person_id uuid,
    account_id uuid,
    session_id uuid,
    device_id uuid,
    address varchar not null default '',
    agent varchar not null default '',
    action varchar not null,
    subject_kind varchar not null,
    subject_id uuid,
    grid_path ltree,
    details jsonb not null default '{}',
    constraint pk_audit_log primary key (id, at)
) partition by range (at);
create index ix_audit_log_at on audit_log (at, id);
create index ix_audit_log_person_id on audit_log (person_id, at);
create index ix_audit_log_subject_id on audit_log (subject_id, at);
create index ix_audit_log_action on audit_log (action, at);

create trigger audit_log_append_only before update or delete or truncate on audit_log
for each statement execute function audit_is_append_only();
create trigger audit_log_line_stays before update or delete on audit_log for each row execute function audit_is_append_only();

-- Make the partitions from a month until some months from now; those that are there stay. Only the owner may.
create function audit_make_months(first_month date, months_ahead int) returns int
language plpgsql set search_path = public, pg_temp as $$
declare
    month date;
    made int := 0;
    name text;
begin
    for month in select generate_series(date_trunc('month', first_month::timestamp),
                                        date_trunc('month', now() at time zone 'UTC') + make_interval(months => months_ahead),
                                        interval '1 month')::date
    loop
        name := 'm' || to_char(month, 'YYYY_MM');
        continue when to_regclass('audit_months.' || name) is not null;
        execute format('create table audit_months.%I partition of audit_log for values from (%L) to (%L)', name,
                       month::text || ' 00:00+00', (month + interval '1 month')::date::text || ' 00:00+00');
        execute format('create trigger audit_log_append_only before truncate on audit_months.%I '
                       'for each statement execute function audit_is_append_only()', name);
        made := made + 1;
    end loop;
    return made;
end $$;
revoke all on function audit_make_months(date, int) from public;
select audit_make_months(coalesce((select min(at) from audit_log_before), now())::date, 36);
-- nothing is ever refused because nobody made the month
create table audit_months.beyond partition of audit_log default;

insert into audit_log (id, at, person_id, session_id, action, subject_kind, subject_id, grid_path, details)
overriding system value
select id, at, person_id, session_id, action, subject_kind, subject_id, grid_path, details from audit_log_before;
select setval(pg_get_serial_sequence('audit_log', 'id'), coalesce((select max(id) from audit_log), 0) + 1, false);
drop table audit_log_before;

-- Let go of whole months that are older than the limit in force and, whatever that says, than 180 days; leaves a line itself.
create function audit_prune() returns table (month text, lines bigint)
language plpgsql set search_path = public, pg_temp as $$
declare
    keep_days int := greatest((policy('audit_retention_days'))::int, 180);
    keep_from timestamptz := now() - make_interval(days => keep_days);
    part record;
begin
    perform audit_make_months(now()::date, 36);
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit_log'::regclass and c.relname ~ '^m\d{4}_\d\d$'
          and to_date(substr(c.relname, 2), 'YYYY_MM') + interval '1 month' <= keep_from at time zone 'UTC'
        order by c.relname
    loop
        month := part.relname;
        execute format('select count(*) from audit_months.%I', part.relname) into lines;
        execute format('drop table audit_months.%I', part.relname);
        perform audit('audit_pruned', 'audit', null, jsonb_build_object('month', month, 'lines', lines, 'keep_days', keep_days));
        return next;
    end loop;
end $$;
revoke all on function audit_prune() from public;

-- Who acts, beside person and scope (0001_context.sql); empty means nobody, and every policy then shows nothing.
create function app_account() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.account_id', true), '')::uuid $$;
create function app_role() returns text language sql stable parallel safe as
$$ select nullif(current_setting('app.role', true), '') $$;
create function app_may(wanted text) returns boolean language sql stable parallel safe as
$$ select exists (select from role_rights r where r.role = app_role() and r.right_code = wanted) $$;
create function app_sees_city() returns boolean language sql stable parallel safe as
$$ select exists (select from unnest(app_scope()) as path where nlevel(path) = 1) $$;

-- From where a request comes; for what happens before anybody is signed in.
create function bind_origin(address text, agent text) returns void language plpgsql as $$
begin
    perform set_config('app.address', coalesce(address, ''), true), set_config('app.agent', coalesce(agent, ''), true);
end $$;

create or replace function audit(action text, subject_kind text, subject_id uuid, details jsonb, grid_path ltree default null)
returns void language sql security definer set search_path = public, pg_temp as $$
    insert into audit_log (person_id, account_id, session_id, device_id, address, agent, action, subject_kind, subject_id, grid_path,
                           details)
    values (app_person(), app_account(), app_session(), nullif(current_setting('app.device_id', true), '')::uuid,
            coalesce(current_setting('app.address', true), ''), coalesce(current_setting('app.agent', true), ''),
            audit.action, audit.subject_kind, audit.subject_id, audit.grid_path, audit.details)
$$;

-- How often the acting person has done this lately; for limits.
create function audit_count(wanted_action text, since timestamptz) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from audit_log l where l.person_id = app_person() and l.at >= since and l.action = wanted_action
$$;

-- An auditor of the city reads every line, one of a county those of its subtree; nobody without the right reads any.
alter table audit_log enable row level security;
create policy read on audit_log for select
using ((select app_may('audit.read')) and ((select app_sees_city()) or grid_path <@ (select app_scope())));
grant select on audit_log to wangge_app;
