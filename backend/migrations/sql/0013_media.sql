-- Thumbnails that travel first, notes in sound and picture (录音、录像), signed receipts for bytes.
insert into policies (key, valid_from, value, unit, source) values
 ('evidence_thumb_max_bytes', '2026-01-01', '131072', 'bytes', 'docs/decisions/0021: a 320 px JPEG, three times over'),
 ('note_audio_max_s', '2026-01-01', '300', 's', 'docs/decisions/0021: deployment''s choice; a statement, not a hearing'),
 ('note_audio_max_bytes', '2026-01-01', '10485760', 'bytes', 'docs/decisions/0021: five minutes of a phone''s own recorder'),
 ('note_audio_bits_per_s', '2026-01-01', '32000', 'bit/s', 'docs/decisions/0021: speech by Opus (RFC 6716, 2.1.1)'),
 ('note_video_max_s', '2026-01-01', '60', 's', 'docs/decisions/0021: deployment''s choice; a look around'),
 ('note_video_max_bytes', '2026-01-01', '41943040', 'bytes', 'docs/decisions/0021: a minute of a phone''s own camera at its small size');

grant update (thumb_state, byte_receipts) on evidence to wangge_app;

-- As before; a recording has no fingerprint of a picture.
create or replace function note_photo_arrived() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into photo_hashes_due (evidence_id)
    select n.id from new_rows n join old_rows o using (id)
    where n.copy_state = 'stored' and o.copy_state <> 'stored' and n.problem is null and n.medium = 'photo'
    on conflict do nothing;
    return null;
end $$;

-- Kept operations that a desk has applied again (重新入库). Applying is the author's: what is judged is whether she might record it, so
-- for that stretch of the transaction the server acts as her, and only where the desk may ask for it.
alter table operation_retries enable row level security;
create policy scope on operation_retries for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()));
create policy retry on operation_retries for insert
with check (retried_by = (select app_person()) and grid_path <@ (select app_scope()) and (select app_may('records.retry')));
grant select, insert on operation_retries to wangge_app;

create function act_as_author(wanted uuid, wanted_sha256 text)
returns table (author_id uuid, author_account uuid, author_scope text[])
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    line record;
begin
    select o.person_id, a.id as account_id into line
    from sync_operations o left join accounts a on a.person_id = o.person_id
    where o.op_id = wanted and o.op_sha256 = wanted_sha256 and o.outcome in ('quarantined', 'waiting_for_parent')
      and o.grid_path <@ app_scope() and app_may('records.retry')
      and not exists (select from operation_closings c
                      where (c.person_id, c.op_id, c.op_sha256) = (o.person_id, o.op_id, o.op_sha256));
    if not found then return; end if;
    author_id := line.person_id;
    author_account := line.account_id;
    author_scope := (select coalesce(array_agg(p::text), '{}') from held_paths(line.person_id, china_today()) as p);
    perform set_config('app.person_id', author_id::text, true), set_config('app.account_id', coalesce(author_account::text, ''), true),
            set_config('app.scope', author_scope::ltree[]::text, true), set_config('app.role', 'community', true);
    return next;
end $$;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('records.retry', 326, 'write', '重新入库', 'Apply kept records again', '网格、代码等改正后，让服务器按原文重新处理未能入库的现场记录',
  'After a grid, a code or the like was mended, have the server apply kept field records again as they came');
insert into role_rights (role, right_code) values
 ('city', 'records.retry'), ('county', 'records.retry'), ('street', 'records.retry')
on conflict do nothing;
