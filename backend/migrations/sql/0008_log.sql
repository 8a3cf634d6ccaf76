-- The record log: what arrived, as the leaves of a Merkle tree (RFC 9162) to which leaves are added and nothing else is done.
-- A push does not wait for its places: triggers note what is to be entered, log_append gives places to what has been committed.
create table log_pending (
    seq bigint generated always as identity constraint pk_log_pending primary key,
    kind varchar not null,
    subject_id uuid not null,
    sha256 varchar not null,
    at timestamptz not null
);
create table log_entries (
    log_index bigint constraint pk_log_entries primary key,
    kind varchar not null constraint ck_log_entries_kind check (kind in ('operation', 'copy', 'original')),
    subject_id uuid not null,
    sha256 varchar not null,
    at timestamptz not null,
    leaf_hash bytea not null
);
create index ix_log_entries_subject_id on log_entries (subject_id);
create table log_nodes (
    level int not null,
    node_index bigint not null,
    hash bytea not null,
    constraint pk_log_nodes primary key (level, node_index)
);
create table server_keys (
    key_id varchar constraint pk_server_keys primary key,
    public_key varchar not null,
    valid_from timestamptz not null default now(),
    retired_at timestamptz
);
create table log_roots (
    day date constraint pk_log_roots primary key,
    tree_size bigint not null,
    root_hash varchar not null,
    published_at timestamptz not null,
    key_id varchar not null constraint fk_log_roots_key_id references server_keys (key_id),
    signature varchar not null
);
create index ix_log_roots_key_id on log_roots (key_id);

create function log_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'the record log is append-only'; end $$;
create trigger log_entries_append_only before update or delete or truncate on log_entries
for each statement execute function log_is_append_only();
create trigger log_nodes_append_only before update or delete or truncate on log_nodes
for each statement execute function log_is_append_only();
create trigger log_roots_append_only before update or delete or truncate on log_roots
for each statement execute function log_is_append_only();

-- The leaf of an entry, byte for byte as record_log/texts.py writes it: canonical JSON of plain ASCII.
create function log_leaf_hash(kind text, subject_id uuid, sha256_hex text, at timestamptz) returns bytea
language sql stable parallel safe as $$
    select sha256('\x00'::bytea || convert_to(format(
        '{"at":"%s","kind":"%s","sha256":"%s","subject_id":"%s","type":"wangge.log"}', log_moment(at), kind, sha256_hex, subject_id), 'UTF8'))
$$;
create function log_moment(at timestamptz) returns text language sql stable parallel safe as
$$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

create function operations_into_log() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into log_pending (kind, subject_id, sha256, at)
    select 'operation', op_id, op_sha256, received_at from new_rows order by received_at, op_id;
    return null;
end $$;
create trigger sync_operations_into_log after insert on sync_operations
referencing new table as new_rows for each statement execute function operations_into_log();

create function evidence_into_log() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    is_new boolean := tg_op = 'INSERT';
begin
    if new.copy_state = 'stored' and (is_new or old.copy_state <> 'stored') then
        insert into log_pending (kind, subject_id, sha256, at) values ('copy', new.id, new.copy_sha256, now());
    end if;
    if new.original_state = 'stored' and (is_new or old.original_state <> 'stored') then
        insert into log_pending (kind, subject_id, sha256, at) values ('original', new.id, new.original_sha256, now());
    end if;
    return null;
end $$;
create trigger evidence_stored_into_log after insert or update of copy_state, original_state on evidence
for each row execute function evidence_into_log();

-- What was here before the log enters it now.
insert into log_pending (kind, subject_id, sha256, at)
select 'operation', op_id, op_sha256, received_at from sync_operations order by received_at, op_id;
insert into log_pending (kind, subject_id, sha256, at)
select part, id, sha256, at from (
    select 'copy' as part, id, copy_sha256 as sha256, coalesce(stored_at, received_at) as at from evidence where copy_state = 'stored'
    union all
    select 'original', id, original_sha256, received_at from evidence where original_state = 'stored') as files order by at, id;

-- Give places to what has been committed, at most so much at once; complete subtrees are written as they become complete.
-- Returns how many entries were made; null while another transaction is at it.
create function log_append(at_most int default 5000) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    size bigint;
    added bigint;
    below int := 1;
    first bigint;
    past bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('record_log', 0)) then return null; end if;
    size := log_size();
    with taken as (
        delete from log_pending where seq in (select seq from log_pending order by seq limit at_most)
        returning seq, kind, subject_id, sha256, at
    )
    insert into log_entries (log_index, kind, subject_id, sha256, at, leaf_hash)
    select size + row_number() over (order by seq) - 1, kind, subject_id, sha256, at, log_leaf_hash(kind, subject_id, sha256, at)
    from taken;
    get diagnostics added = row_count;
    insert into log_nodes (level, node_index, hash)
    select 1, l.log_index / 2, sha256('\x01'::bytea || l.leaf_hash || r.leaf_hash)
    from log_entries l join log_entries r on r.log_index = l.log_index + 1
    where l.log_index >= (size / 2) * 2 and l.log_index % 2 = 0;
    first := size / 2;
    past := (size + added) / 2;
    loop
        first := first / 2;
        past := past / 2;
        exit when first >= past;
        insert into log_nodes (level, node_index, hash)
        select below + 1, n, sha256('\x01'::bytea || l.hash || r.hash)
        from generate_series(first, past - 1) as n
        join log_nodes l on l.level = below and l.node_index = 2 * n
        join log_nodes r on r.level = below and r.node_index = 2 * n + 1;
        below := below + 1;
    end loop;
    return added;
end $$;
create function log_size() returns bigint language sql stable parallel safe as
$$ select coalesce(max(log_index) + 1, 0) from log_entries $$;
create function log_is_behind() returns boolean language sql stable security definer set search_path = public, pg_temp as
$$ select exists (select from log_pending) $$;

-- Publish the root of a day that has ended; the first to do so is right, and stays so.
create function publish_root(of_day date, tree_size bigint, root_hash text, published_at timestamptz, key_id text, signature text)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if of_day >= china_today() or publish_root.tree_size > log_size() then
        raise exception 'no root of a day that has not ended, nor of entries that are not there';
    end if;
    insert into log_roots values (of_day, publish_root.tree_size, publish_root.root_hash, publish_root.published_at, publish_root.key_id,
                                  publish_root.signature)
    on conflict (day) do nothing;
    return found;
end $$;

-- The server says with which key it signs from now on; true when that is news.
create function announce_server_key(wanted text, public_key text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    is_new boolean;
begin
    insert into server_keys (key_id, public_key) values (wanted, announce_server_key.public_key) on conflict (key_id) do nothing;
    is_new := found;
    if is_new then perform audit('server_key_announced', 'server_key', null, jsonb_build_object('key_id', wanted)); end if;
    update server_keys set retired_at = now() where key_id <> wanted and retired_at is null;
    update server_keys set retired_at = null where key_id = wanted and retired_at is not null;
    return is_new;
end $$;

grant select on log_entries, log_nodes, log_roots, server_keys to wangge_app;
