insert into role_rights (role, right_code)
select role, right_code from (values
 ('people.read', array['city', 'county', 'street', 'auditor']), ('people.nominate', array['city', 'county', 'street']),
 ('people.approve', array['city', 'county']), ('people.train', array['city', 'county']), ('duty.assign', array['city', 'county']),
 ('identity.read', array['city', 'county']), ('export.read', array['city', 'county', 'street', 'auditor'])
) as t(right_code, roles) cross join unnest(roles) as role
on conflict do nothing;

insert into policies (key, valid_from, value, unit, source) values
 ('certificate_reminder_days', '2026-01-01', '30', 'days',
  '吉林省劳动保障监察证管理的做法：有效期三年，期满前一个月换证；天数由部署单位确认'),
 ('certificate_years', '2026-01-01', '3', 'years', '吉林省劳动保障监察证管理的做法：有效期三年；仅作录入时的默认值'),
 ('exam_pass_mark', '2026-01-01', '60', 'points', 'deployment''s choice (100-point scale), until the province fixes one'),
 ('people_import_rows_max', '2026-01-01', '5000', 'rows', 'deployment''s choice: a city''s register in two files, seconds each'),
 ('late_records_days', '2026-01-01', '30', 'days',
  'docs/decisions/0013: how long after a hand-over a phone may still send what it captured before; deployment''s choice')
on conflict do nothing;

-- Any one of the kinds listed for a kind of person is enough. On days before its first row nobody of that kind is certified.
insert into certificate_requirements (person_kind, certificate_kind, valid_from, source) values
 ('legal_supervisor', 'post_certificate', '2010-01-01',
  '潍坊市网格化管理通知：法律监督员经培训考核取得岗位培训合格证书，持证上岗（通知年份待核，起始日由部署单位确认）'),
 ('part_time_inspector', 'inspector_certificate', '1995-01-01', '劳动监察员管理办法（劳部发〔1994〕448号）'),
 ('part_time_inspector', 'enforcement_certificate', '1995-01-01', '行政执法持证上岗；国办发〔2024〕54号'),
 ('full_time_inspector', 'inspector_certificate', '1995-01-01', '劳动监察员管理办法（劳部发〔1994〕448号）'),
 ('full_time_inspector', 'enforcement_certificate', '1995-01-01', '行政执法持证上岗；国办发〔2024〕54号'),
 ('staff', 'post_certificate', '1995-01-01', '潍坊市网格化管理通知：持证上岗'),
 ('staff', 'inspector_certificate', '1995-01-01', '潍坊市网格化管理通知：持证上岗'),
 ('staff', 'enforcement_certificate', '1995-01-01', '潍坊市网格化管理通知：持证上岗');
