create table employer_designations (
    id uuid constraint pk_employer_designations primary key,
    employer_id uuid not null constraint fk_employer_designations_employer_id references employers (id),
    grid_path ltree not null,
    kind varchar not null,
    valid_from date not null,
    valid_to date,
    reason varchar not null,
    source varchar not null,
    set_by uuid not null constraint fk_employer_designations_set_by references people (id),
    set_at timestamptz not null default now(),
    ended_by uuid constraint fk_employer_designations_ended_by references people (id),
    ended_at timestamptz,
    end_reason varchar not null default '',
    constraint ck_employer_designations_kind check (kind in ('non_local', 'key')),
    constraint ck_employer_designations_validity check (valid_to is null or valid_to >= valid_from),
    constraint ex_employer_designations_once exclude using gist
        (employer_id with =, kind with =, daterange(valid_from, valid_to, '[]') with &&)
);
create index ix_employer_designations_employer_id on employer_designations (employer_id, kind);
create index ix_employer_designations_kind on employer_designations (kind, employer_id);
create index ix_employer_designations_set_by on employer_designations (set_by);
create index ix_employer_designations_ended_by on employer_designations (ended_by);
create index ix_employer_designations_grid_path on employer_designations using gist (grid_path);

create table entrustments (
    id uuid constraint pk_entrustments primary key,
    principal_id uuid not null constraint fk_entrustments_principal_id references units (id),
    principal_path ltree not null,
    agent_id uuid not null constraint fk_entrustments_agent_id references units (id),
    agent_path ltree not null,
    matters text[] not null,
    powers text[] not null,
    reach varchar not null,
    grid_id uuid constraint fk_entrustments_grid_id references grids (id),
    grid_path ltree not null,
    valid_from date not null,
    valid_to date not null,
    document_name varchar not null,
    document_number varchar not null,
    document_sha256 varchar,
    document_media_type varchar,
    document_bytes integer,
    published_on date,
    published_where varchar not null,
    overlap_reason varchar not null,
    note varchar not null,
    state varchar not null,
    follows_id uuid constraint fk_entrustments_follows_id references entrustments (id),
    created_by uuid constraint fk_entrustments_created_by references people (id),
    created_at timestamptz not null default now(),
    put_in_force_by uuid constraint fk_entrustments_put_in_force_by references people (id),
    put_in_force_at timestamptz,
    ended_on date,
    ended_by uuid constraint fk_entrustments_ended_by references people (id),
    ended_at timestamptz,
    end_reason varchar not null,
    version integer not null,
    constraint ck_entrustments_reach check (reach in ('area', 'employers')),
    constraint ck_entrustments_area check ((reach = 'area') = (grid_id is not null)),
    constraint ck_entrustments_state check (state in ('draft', 'in_force', 'ended', 'revoked')),
    constraint ck_entrustments_term check (valid_to >= valid_from),
    constraint ck_entrustments_two_units check (principal_id <> agent_id),
    constraint ck_entrustments_content check (cardinality(matters) > 0 and cardinality(powers) > 0),
    constraint ck_entrustments_ended_within_term check (ended_on is null or ended_on <= valid_to),
    constraint ck_entrustments_ended_why
        check (state in ('draft', 'in_force') or (ended_at is not null and end_reason <> '')),
    -- 行政处罚法 §20: in writing, and made public by both
    constraint ck_entrustments_published check (state in ('draft', 'revoked') or (put_in_force_at is not null
        and published_on is not null and published_where <> '' and document_name <> ''))
);
create index ix_entrustments_principal_id on entrustments (principal_id, state);
create index ix_entrustments_agent_id on entrustments (agent_id, state);
create index ix_entrustments_grid_id on entrustments (grid_id);
create index ix_entrustments_grid_path on entrustments using gist (grid_path);
create index ix_entrustments_agent_path on entrustments using gist (agent_path);
create index ix_entrustments_valid_to on entrustments (valid_to) where state = 'in_force';
create index ix_entrustments_follows_id on entrustments (follows_id);
create unique index uq_entrustments_follows on entrustments (follows_id) where state <> 'revoked';
create index ix_entrustments_created_by on entrustments (created_by);
create index ix_entrustments_put_in_force_by on entrustments (put_in_force_by);
create index ix_entrustments_ended_by on entrustments (ended_by);

create table entrustment_employers (
    entrustment_id uuid not null constraint fk_entrustment_employers_entrustment_id references entrustments (id),
    employer_id uuid not null constraint fk_entrustment_employers_employer_id references employers (id),
    grid_path ltree not null,
    constraint pk_entrustment_employers primary key (entrustment_id, employer_id)
);
create index ix_entrustment_employers_employer_id on entrustment_employers (employer_id);
create index ix_entrustment_employers_grid_path on entrustment_employers using gist (grid_path);
