-- Tables and columns of accounts and access.
create table rights (
    code varchar constraint pk_rights primary key,
    seq int not null,
    kind varchar not null constraint ck_rights_kind check (kind in ('read', 'write')),
    zh varchar not null,
    en varchar not null,
    opens_zh varchar not null,
    opens_en varchar not null
);

alter table accounts
    add column grid_path ltree,
    add column created_at timestamptz not null default now(),
    add column created_by uuid constraint fk_accounts_created_by references people (id),
    add column must_change_password boolean not null default false,
    add column password_set_at timestamptz not null default now(),
    add column totp_secret varchar,
    add column totp_confirmed_at timestamptz,
    add column totp_last_step bigint,
    add column disabled_at timestamptz,
    add column disabled_reason varchar not null default '';
update accounts a set grid_path = p.grid_path from people p where p.id = a.person_id;
alter table accounts alter column grid_path set not null;
create index ix_accounts_grid_path on accounts using gist (grid_path);
create index ix_accounts_created_by on accounts (created_by);
create index ix_accounts_login_trgm on accounts using gin (login gin_trgm_ops);

alter table sessions
    add column grid_path ltree,
    add column kind varchar not null default 'desk' constraint ck_sessions_kind check (kind in ('desk', 'phone')),
    add column last_used_at timestamptz not null default now(),
    add column address varchar not null default '',
    add column agent varchar not null default '';
update sessions s set grid_path = a.grid_path, kind = case when s.device_id is null then 'desk' else 'phone' end
from accounts a where a.id = s.account_id;
alter table sessions alter column grid_path set not null;
create index ix_sessions_grid_path on sessions using gist (grid_path);
create index ix_sessions_last_used_at on sessions (last_used_at);

alter table devices
    add column grid_path ltree,
    add column model varchar not null default '',
    add column app_version varchar not null default '',
    add column bound_at timestamptz,
    add column bound_by uuid constraint fk_devices_bound_by references people (id),
    add column unsent_operations int,
    add column unsent_photos int,
    add column unsent_reported_at timestamptz,
    add column revoked_at timestamptz,
    add column revoked_by uuid constraint fk_devices_revoked_by references people (id),
    add column wipe_ordered_at timestamptz,
    add column wipe_ordered_by uuid constraint fk_devices_wipe_ordered_by references people (id),
    add column wipe_reason varchar not null default '',
    add column wiped_at timestamptz;
update devices d set grid_path = a.grid_path from accounts a where a.id = d.account_id;
alter table devices alter column grid_path set not null;
create index ix_devices_grid_path on devices using gist (grid_path);
create index ix_devices_last_seen_at on devices (last_seen_at);
create index ix_devices_bound_by on devices (bound_by);
create index ix_devices_revoked_by on devices (revoked_by);
create index ix_devices_wipe_ordered_by on devices (wipe_ordered_by);

-- Codes that work once: to reset a password, to enrol a phone, to get in without the authenticator.
create table one_time_codes (
    id uuid constraint pk_one_time_codes primary key,
    kind varchar not null constraint ck_one_time_codes_kind check (kind in ('reset', 'enrol', 'recovery')),
    account_id uuid not null constraint fk_one_time_codes_account_id references accounts (id),
    code_sha256 bytea not null,
    issued_by uuid not null constraint fk_one_time_codes_issued_by references people (id),
    issued_at timestamptz not null default now(),
    expires_at timestamptz,
    used_at timestamptz,
    clears_totp boolean not null default false,
    grid_path ltree not null
);
create index ix_one_time_codes_account_id on one_time_codes (account_id, kind);
create index ix_one_time_codes_issued_by on one_time_codes (issued_by);
create index ix_one_time_codes_grid_path on one_time_codes using gist (grid_path);

create table past_passwords (
    id uuid constraint pk_past_passwords primary key,
    account_id uuid not null constraint fk_past_passwords_account_id references accounts (id),
    password_hash varchar not null,
    set_at timestamptz not null
);
create index ix_past_passwords_account_id on past_passwords (account_id, set_at);

alter table appointments drop constraint ck_appointments_role;
alter table appointments add constraint ck_appointments_role check (role in ('city', 'county', 'street', 'community', 'auditor'));
