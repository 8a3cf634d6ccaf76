-- A phone's store is encrypted under a key that its PIN unwraps. For a forgotten PIN the server keeps another key to it, per phone
-- and account, encrypted by the API (accounts/secrets_box.py). Only the person herself sees her row, and only from that phone:
-- no role, no administrator, no other phone of hers.
create table phone_store_keys (
    device_id uuid not null,
    account_id uuid not null,
    key_id uuid not null,
    key_locked varchar not null,
    kept_at timestamptz not null default now(),
    constraint pk_phone_store_keys primary key (device_id, account_id),
    constraint fk_phone_store_keys_device_id_account_id foreign key (device_id, account_id) references devices (id, account_id)
);
create index ix_phone_store_keys_account_id on phone_store_keys (account_id);

alter table phone_store_keys enable row level security;
create policy own on phone_store_keys
using (account_id = (select app_account()) and device_id = (select nullif(current_setting('app.device_id', true), '')::uuid))
with check (account_id = (select app_account()) and device_id = (select nullif(current_setting('app.device_id', true), '')::uuid));
grant select, insert, update, delete on phone_store_keys to wangge_app;

insert into policies (key, valid_from, value, unit, source) values
 ('phone_pin_required', '2026-01-01', 'true', 'true | false', 'docs/decisions/0017; PIPL §51(3) asks for encryption'),
 ('phone_pin_min_digits', '2026-01-01', '6', 'digits', 'docs/decisions/0017; number is the deployment''s choice'),
 ('phone_pin_rounds', '2026-01-01', '600000', 'rounds of PBKDF2-HMAC-SHA256', 'OWASP Password Storage Cheat Sheet (2023): 600,000 at least'),
 ('phone_pin_free_tries', '2026-01-01', '5', 'tries', 'GB/T 22239-2019 8.1.4.1 asks to limit failed tries; number is the deployment''s choice'),
 ('phone_pin_delay_s', '2026-01-01', '30', 's, doubling', 'deployment''s choice'),
 ('phone_pin_delay_max_s', '2026-01-01', '3600', 's', 'deployment''s choice'),
 ('phone_lock_idle_minutes', '2026-01-01', '5', 'min, 0 = never', 'GB/T 22239-2019 8.1.4.1; number is the deployment''s choice'),
 ('store_key_sign_in_minutes', '2026-01-01', '10', 'min', 'docs/decisions/0017'),
 ('phone_space_reserve_bytes', '2026-01-01', '20971520', 'bytes', 'docs/decisions/0017: room for records when photos no longer fit'),
 ('phone_photo_keep_days', '2026-01-01', '0', 'days after the byte receipt', 'docs/decisions/0017; PIPL §6 (minimum)'),
 ('phone_record_keep_days', '2026-01-01', '30', 'days', 'docs/decisions/0017; PIPL §6 (minimum)');
