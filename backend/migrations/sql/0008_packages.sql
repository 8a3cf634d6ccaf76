-- Evidence packages: who may take records out of the house with their proofs, and how much at once.
insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('evidence.export', 610, 'read', '导出证据包', 'Take evidence out', '按单位或走访导出原始记录、照片和存证证明，须写明理由，每次都记入审计日志',
  'Packages of sealed records, photos and proofs, for a stated reason, each time logged');
insert into role_rights (role, right_code) values ('city', 'evidence.export'), ('county', 'evidence.export');
insert into policies (key, valid_from, value, unit, source) values
 ('evidence_package_operations_max', '2026-01-01', '5000', 'operations', 'docs/decisions/0016: what a desk''s browser can save at once');

-- The keys behind operations of a package, with whose they are; public halves only.
create function package_keys(wanted text[])
returns table (key_id text, public_key text, proof text, device_id uuid, account_id uuid, person_id uuid, was_enrolled boolean,
               registered_at timestamptz, revoked_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select k.key_id::text, k.public_key::text, k.proof::text, k.device_id, k.account_id, a.person_id, k.was_enrolled, k.registered_at,
           k.revoked_at
    from device_keys k join accounts a on a.id = k.account_id
    where k.key_id = any(wanted) and app_may('evidence.export') and cardinality(app_scope()) > 0
    order by k.key_id
$$;
