-- Units get an office's particulars and a life of their own; what may be done, and who may do it by law, becomes data.
alter table units
    add column contact_name varchar not null default '',
    add column contact_phone varchar not null default '',
    add column address varchar not null default '',
    add column opened_on date not null default '2026-01-01',
    add column closed_on date,
    add column close_reason varchar not null default '',
    add column version integer not null default 1,
    add constraint ck_units_validity check (closed_on is null or closed_on >= opened_on),
    add constraint ck_units_own_parent check (parent_id <> id);
create index ix_units_name_trgm on units using gin (name gin_trgm_ops);

create table intake_counters (
    id uuid constraint pk_intake_counters primary key,
    unit_id uuid not null constraint fk_intake_counters_unit_id references units (id),
    grid_path ltree not null,
    valid_from date not null,
    valid_to date,
    set_by uuid constraint fk_intake_counters_set_by references people (id),
    set_at timestamptz not null default now(),
    constraint ck_intake_counters_validity check (valid_to is null or valid_to >= valid_from)
);
create index ix_intake_counters_unit_id on intake_counters (unit_id);
create index ix_intake_counters_set_by on intake_counters (set_by);
create index ix_intake_counters_grid_path on intake_counters using gist (grid_path);
create unique index uq_intake_counters_open on intake_counters (unit_id) where valid_to is null;

create table matters (
    code varchar constraint pk_matters primary key,
    name_zh varchar not null,
    name_en varchar not null,
    position integer not null,
    source varchar not null,
    valid_from date not null,
    valid_to date
);

create table powers (
    code varchar constraint pk_powers primary key,
    name_zh varchar not null,
    name_en varchar not null,
    position integer not null,
    source varchar not null
);

create table power_holders (
    power_code varchar not null constraint fk_power_holders_power_code references powers (code),
    unit_kind varchar not null,
    manner varchar not null,
    valid_from date not null,
    valid_to date,
    source varchar not null,
    constraint pk_power_holders primary key (power_code, unit_kind, manner, valid_from),
    constraint ck_power_holders_unit_kind check (unit_kind in ('command_centre', 'county', 'zone', 'street', 'community')),
    constraint ck_power_holders_manner check (manner in ('own', 'entrusted', 'assist'))
);

create table unit_powers (
    id uuid constraint pk_unit_powers primary key,
    unit_id uuid not null constraint fk_unit_powers_unit_id references units (id),
    grid_path ltree not null,
    matter_code varchar not null constraint fk_unit_powers_matter_code references matters (code),
    basis varchar not null,
    source varchar not null,
    valid_from date not null,
    valid_to date,
    constraint ck_unit_powers_basis check (basis in ('own')),
    constraint ck_unit_powers_validity check (valid_to is null or valid_to >= valid_from),
    -- one answer a day: the same power is not held twice
    constraint ex_unit_powers_once exclude using gist
        (unit_id with =, matter_code with =, daterange(valid_from, valid_to, '[]') with &&)
);
create index ix_unit_powers_unit_id_matter_code on unit_powers (unit_id, matter_code);
create index ix_unit_powers_matter_code on unit_powers (matter_code);
create index ix_unit_powers_grid_path on unit_powers using gist (grid_path);
