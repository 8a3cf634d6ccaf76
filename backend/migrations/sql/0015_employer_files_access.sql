-- The form is seen by whoever sees the employer; what happened to it by its subtree, and one's own besides.
alter table employer_forms enable row level security;
create policy scope on employer_forms for select
using (grid_path <@ (select app_scope())
       or employer_id in (select employer_id from patrol_stops where assignee_id = (select app_person()) and is_open));
alter table employer_surveys enable row level security;
create policy scope on employer_surveys for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()));
alter table employer_edits enable row level security;
create policy scope on employer_edits for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()));
alter table employer_versions enable row level security;
create policy scope on employer_versions for select using (grid_path <@ (select app_scope()));
alter table employer_conflicts enable row level security;
create policy scope on employer_conflicts for select using (grid_path <@ (select app_scope()));
create policy resolve on employer_conflicts for update using (grid_path <@ (select app_scope()));
alter table employer_merges enable row level security;
create policy scope on employer_merges for select using (grid_path <@ (select app_scope()));

grant select on employer_forms, employer_surveys, employer_edits, employer_versions, employer_conflicts, employer_merges to wangge_app;
grant update (resolved_at, resolved_by, chosen, reason, version, updated_at) on employer_conflicts to wangge_app;
revoke all on function employer_is_complete(employers), may_write_file(uuid, date), employer_file_state(uuid, text[], date),
    write_employer_file(uuid, date, jsonb), merge_employers(uuid, uuid, uuid, text, jsonb), unmerge_employers(uuid, text) from public;
grant execute on function may_write_file(uuid, date), employer_file_state(uuid, text[], date),
    write_employer_file(uuid, date, jsonb), merge_employers(uuid, uuid, uuid, text, jsonb), unmerge_employers(uuid, text) to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('employer.edit', 123, 'write', '修改单位档案', 'Edit employers'' files', '在电脑上填写、修改、恢复单位档案', 'Fill in, change and restore employers'' files at the desk'),
 ('employer.merge', 124, 'write', '合并重复档案', 'Merge duplicate files', '把同一家单位的两份档案并成一份，可撤销', 'Make one file of two of the same employer; can be undone'),
 ('conflict.read', 125, 'read', '查看字段冲突', 'See conflicting edits', '同一项目有两个说法、等待核定的档案', 'Fields of files with two values that wait for a choice'),
 ('conflict.resolve', 126, 'write', '核定字段冲突', 'Decide conflicting edits', '在两个说法中选定一个并写明理由', 'Choose one of two values and say why');
insert into role_rights (role, right_code) values
 ('city', 'employer.edit'), ('county', 'employer.edit'), ('street', 'employer.edit'),
 ('city', 'employer.merge'), ('county', 'employer.merge'),
 ('city', 'conflict.read'), ('county', 'conflict.read'), ('street', 'conflict.read'), ('auditor', 'conflict.read'),
 ('city', 'conflict.resolve'), ('county', 'conflict.resolve'), ('street', 'conflict.resolve');

insert into policies (key, valid_from, value, unit, source) values
 ('survey_required_fields', '2026-01-01',
  '["name", "uscc|no_uscc_reason", "address", "legal_rep", "contact_name", "contact_phone", "industry_code", "employees", "on_roll", "contracts_due", "contracts_signed", "pension_insured", "injury_insured", "pay_lowest", "arrears_people"]',
  'fields', 'city notice, mode 1 (用人单位调查登记表); which fields make a file complete is the deployment''s choice, to be set by the city'),
 ('survey_refresh_months', '2026-01-01', '6', 'months', '两网化管理试点 2009: basic data refreshed at least every six months; to be confirmed by the city'),
 ('survey_dispatch_share_max_pct', '2026-01-01', '10', '%', '劳务派遣暂行规定（人社部令第22号）§4'),
 ('survey_minimum_wage_month', '2026-01-01', '1820', 'CNY a month', '山东省最低工资标准 2023-10-01，第三档（全省最低一档，低于它必然违法）; from memory: the city has to enter the class and the amount in force'),
 ('survey_insurance_registration_days', '2026-01-01', '30', 'days', '社会保险法 §57'),
 ('survey_hours_day_max', '2026-01-01', '8', 'hours', '国务院关于职工工作时间的规定 §3'),
 ('survey_hours_week_max', '2026-01-01', '40', 'hours', '国务院关于职工工作时间的规定 §3'),
 ('survey_overtime_day_max', '2026-01-01', '3', 'hours', '劳动法 §41'),
 ('survey_overtime_month_max', '2026-01-01', '36', 'hours', '劳动法 §41');
