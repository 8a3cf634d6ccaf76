-- The keys with which phones seal what they record, and what the journal keeps of a seal.
create table device_keys (
    key_id varchar constraint pk_device_keys primary key constraint ck_device_keys_key_id check (key_id ~ '^[0-9a-f]{64}$'),
    device_id uuid not null,
    account_id uuid not null,
    public_key varchar not null,
    proof varchar not null,
    was_enrolled boolean not null,
    registered_at timestamptz not null default now(),
    revoked_at timestamptz,
    grid_path ltree not null,
    constraint fk_device_keys_device_id_account_id foreign key (device_id, account_id) references devices (id, account_id)
);
create index ix_device_keys_device_id_account_id on device_keys (device_id, account_id);
create index ix_device_keys_grid_path on device_keys using gist (grid_path);
create trigger device_keys_path before insert on device_keys for each row execute function path_of_account();

create function keys_follow_device() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update device_keys
       set grid_path = new.grid_path, revoked_at = coalesce(revoked_at, case when old.revoked_at is null then new.revoked_at end)
     where device_id = new.id and account_id = new.account_id;
    return null;
end $$;
-- A phone that is stopped or erased has sealed its last; enrolled again, it makes a new key.
create trigger devices_keys after update of revoked_at, grid_path on devices for each row
when (old.grid_path is distinct from new.grid_path or (old.revoked_at is null and new.revoked_at is not null))
execute function keys_follow_device();

alter table device_keys enable row level security;
create policy scope on device_keys for select
using (account_id = (select app_account()) or ((select app_may('device.manage')) and grid_path <@ (select app_scope())));
grant select on device_keys to wangge_app;

-- The acting session's phone makes its key known; says why it may not: no_device, taken (another phone's or account's), revoked.
create function register_seal_key(wanted text, public_key text, proof text) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    this devices;
    known device_keys;
begin
    select * into this from devices d
     where d.id = nullif(current_setting('app.device_id', true), '')::uuid and d.account_id = app_account();
    if not found then return 'no_device'; end if;
    insert into device_keys (key_id, device_id, account_id, public_key, proof, was_enrolled)
    values (wanted, this.id, this.account_id, register_seal_key.public_key, register_seal_key.proof, this.bound_at is not null)
    on conflict (key_id) do nothing;
    if found then
        perform audit('seal_key_registered', 'device', this.id, jsonb_build_object('key_id', wanted, 'enrolled', this.bound_at is not null),
                      this.grid_path);
        return null;
    end if;
    select * into known from device_keys k where k.key_id = wanted;
    return case when (known.device_id, known.account_id) <> (this.id, this.account_id) then 'taken'
                when known.revoked_at is not null then 'revoked' end;
end $$;

-- Keys that signatures name, whoever's they are: of another account's no more than that they are hers.
create function seal_keys(wanted text[])
returns table (key_id text, is_own boolean, device_id uuid, public_key text, revoked_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select k.key_id::text, k.account_id = app_account(), case when k.account_id = app_account() then k.device_id end,
           case when k.account_id = app_account() then k.public_key::text end, k.revoked_at
    from device_keys k where k.key_id = any(wanted)
$$;

-- What the journal keeps of the seal, and of the receipt that was given.
alter table sync_operations
    add column device_seq bigint,
    add column chain_id uuid,
    add column prev_sha256 varchar,
    add column key_id varchar,
    add column signature varchar,
    add column receipt_key_id varchar,
    add column receipt_signature varchar;
create index ix_sync_operations_chain on sync_operations (person_id, chain_id, device_seq) where chain_id is not null;
create index ix_sync_operations_entity_id on sync_operations (entity_id) where entity_id is not null;
grant update (receipt_key_id, receipt_signature) on sync_operations to wangge_app;

-- A person's chains: what her phones numbered and linked, whatever part of it lies in the caller's grids, so that an operation at
-- another grid's employer is no gap. Nothing of what was recorded is told. Each chain is one store of one phone.
--   missing  numbers that never came, as [first, last]; the first is null where the chain's beginning has not come
--   forks    numbers that came with more than one text
--   breaks   numbers whose text names another predecessor than the one that came
create function chains_of(wanted uuid)
returns table (person_id uuid, person_name text, device_id uuid, chain_id uuid, first_seq bigint, last_seq bigint, operations bigint,
               unsealed bigint, missing jsonb, forks bigint[], breaks bigint[], last_received_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    with ops as (
        select o.device_id, o.chain_id, o.device_seq as seq, o.op_sha256, o.prev_sha256, o.key_id, o.received_at,
               lag(o.device_seq) over (partition by o.chain_id order by o.device_seq, o.op_sha256) as before
        from sync_operations o where o.person_id = wanted and o.chain_id is not null and o.device_seq is not null
    ),
    judged as (
        select o.*, coalesce(o.before = o.seq, false) as is_fork,
               o.prev_sha256 is not null
               and exists (select from ops b where b.chain_id = o.chain_id and b.seq = o.seq - 1)
               and not exists (select from ops b where b.chain_id = o.chain_id and b.seq = o.seq - 1 and b.op_sha256 = o.prev_sha256)
                   as is_break,
               case when o.before is null and o.prev_sha256 is not null then jsonb_build_array(null, o.seq - 1)
                    when o.before < o.seq - 1 then jsonb_build_array(o.before + 1, o.seq - 1) end as gap
        from ops o
    )
    select p.id, p.name::text, (array_agg(j.device_id order by j.seq))[1], j.chain_id, min(j.seq), max(j.seq), count(*),
           count(*) filter (where j.key_id is null), coalesce(jsonb_agg(j.gap order by j.seq) filter (where j.gap is not null), '[]'),
           coalesce(array_agg(j.seq order by j.seq) filter (where j.is_fork), '{}'),
           coalesce(array_agg(j.seq order by j.seq) filter (where j.is_break), '{}'), max(j.received_at)
    from judged j join people p on p.id = wanted
    where p.grid_path <@ app_scope() or p.id = app_person()
    group by p.id, p.name, j.chain_id order by max(j.received_at) desc, j.chain_id
$$;
