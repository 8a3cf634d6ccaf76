-- Operations that were kept without being applied, and are done with: withdrawn by whoever captured them, or closed at a desk.
-- The journal's line stays as it is; this says why nobody looks at it any more.
alter table operation_closings enable row level security;
create policy scope on operation_closings for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()));
create policy close on operation_closings for insert with check (closed_by = (select app_person())
    and (person_id = (select app_person()) or grid_path <@ (select app_scope())));
grant select, insert on operation_closings to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('records.close', 325, 'write', '办结待处理记录', 'Close kept records', '写明理由后办结未能入库的现场记录，原文保留', 'Close, for a stated reason, field records that could not be applied; their text stays');
insert into role_rights (role, right_code) values
 ('city', 'records.close'), ('county', 'records.close'), ('street', 'records.close')
on conflict do nothing;
