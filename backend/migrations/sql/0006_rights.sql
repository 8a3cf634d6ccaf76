-- The rights matrix as data: what each right is called and opens. A role carries only rights that are described here.
insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('field.capture', 10, 'write', '现场采集', 'Capture in the field', '手机端签到、走访、拍照、登记单位并上传', 'Check in, visit, photograph and register on the phone, and send it'),
 ('field.pull', 20, 'read', '下载工作包', 'Take the work package', '手机端下载自己网格的单位和巡查', 'Take one''s grids, employers and patrols on the phone'),
 ('grid.read', 100, 'read', '查看网格', 'See grids', '地图上的网格、网格列表与详情', 'Grids on the map, their list and details'),
 ('grid.edit', 110, 'write', '维护网格', 'Change grids', '调整网格边界，拆分、合并、停用', 'Move borders, split, merge and close grids'),
 ('coverage.read', 120, 'read', '查看覆盖情况', 'See coverage', '未覆盖单位及原因、各网格统计与导出', 'Uncovered employers with reasons, counts and export'),
 ('gap.read', 130, 'read', '查看责任空白', 'See gaps', '没有责任人的网格和单位', 'Grids and employers that nobody answers for'),
 ('employer.read', 200, 'read', '查看单位档案', 'See employers', '用人单位列表、档案和地图点位', 'Employers'' list, files and points on the map'),
 ('employer.review', 210, 'write', '审核新建单位', 'Review employers', '同意或退回现场登记的单位', 'Accept or return employers registered in the field'),
 ('contact.read', 220, 'read', '查看单位联系电话', 'See contacts whole', '直接显示用人单位联系人的完整电话', 'Employers'' contact numbers shown whole'),
 ('identity.read', 230, 'write', '查看完整号码', 'Unmask numbers', '写明理由后查看被遮盖的电话或证件号，每次都记入审计日志', 'See a masked phone or ID number for a stated reason, each time logged'),
 ('patrol.read', 300, 'read', '查看巡查', 'See patrols', '巡查任务、进度和当日情况', 'Patrols, their progress and the day'),
 ('patrol.plan', 310, 'write', '安排巡查', 'Plan patrols', '下达、取消巡查任务，选择人员', 'Plan and cancel patrols, choose people'),
 ('records.read', 320, 'read', '查看现场记录', 'See field records', '签到、走访、照片和待处理记录', 'Check-ins, visits, photos and records that need attention'),
 ('unit.read', 400, 'read', '查看机构', 'See units', '机构树与机构详情', 'The tree of units and their details'),
 ('unit.edit', 410, 'write', '维护机构', 'Change units', '新建、调整、撤销机构', 'Create, change and close units'),
 ('entrustment.read', 420, 'read', '查看委托', 'See entrustments', '委托书及其事项、范围、期限', 'Entrustments with matters, area and term'),
 ('entrustment.edit', 430, 'write', '维护委托', 'Change entrustments', '登记、变更、终止委托', 'Record, change and end entrustments'),
 ('responsibility.read', 440, 'read', '查看管辖与责任', 'See responsibility', '某单位由谁管辖、由谁负责及其依据', 'Who is competent for an employer, who answers for it, and why'),
 ('people.read', 500, 'read', '查看人员库', 'See people', '监察员、监督员名册及其履历', 'The register of inspectors and supervisors'),
 ('people.nominate', 510, 'write', '推荐人员', 'Nominate people', '推荐兼职监察员、法律监督员', 'Nominate part-time inspectors and legal supervisors'),
 ('people.approve', 520, 'write', '批准人员', 'Approve people', '审批推荐，聘任和解聘', 'Approve nominations, appoint and dismiss'),
 ('people.train', 530, 'write', '管理培训', 'Manage training', '培训、考核和合格证书', 'Trainings, exams and certificates'),
 ('duty.assign', 540, 'write', '落实四定', 'Assign duties', '把网格交给责任人，交接', 'Give grids to people, hand over'),
 ('export.read', 600, 'read', '导出', 'Export', '导出名册、清单和空间数据', 'Export registers, lists and spatial data'),
 ('account.manage', 700, 'write', '管理账号', 'Manage accounts', '开通、停用账号，重置密码，结束他人会话', 'Open and close accounts, reset passwords, end sessions'),
 ('device.manage', 710, 'write', '管理设备', 'Manage devices', '登记手机，停用或远程清除', 'Enrol phones, stop or wipe them'),
 ('audit.read', 720, 'read', '查看审计日志', 'Read the audit log', '检索、导出审计日志；检索本身也被记录', 'Search and export the audit log; each search is logged too');

insert into role_rights (role, right_code) values
 ('auditor', 'grid.read'), ('auditor', 'coverage.read'), ('auditor', 'patrol.read'), ('auditor', 'employer.read'),
 ('auditor', 'records.read'), ('auditor', 'audit.read'), ('city', 'audit.read'),
 ('city', 'account.manage'), ('county', 'account.manage'), ('city', 'device.manage'), ('county', 'device.manage'),
 ('city', 'identity.read'), ('county', 'identity.read')
on conflict do nothing;

insert into policies (key, valid_from, value, unit, source) values
 ('password_min_length', '2026-01-01', '10', 'characters', 'GB/T 22239-2019 8.1.4.1 asks for complexity; number is the deployment''s choice'),
 ('password_classes_min', '2026-01-01', '3', 'kinds of characters', 'GB/T 22239-2019 8.1.4.1; number is the deployment''s choice'),
 ('password_history', '2026-01-01', '5', 'passwords', 'deployment''s choice'),
 ('password_max_age_days_desk', '2026-01-01', '0', 'days, 0 = no limit', 'GB/T 22239-2019 8.1.4.1 asks for regular change; docs/decisions/0014'),
 ('totp_required_roles', '2026-01-01', '[]', 'roles', 'GB/T 22239-2019 level 3 asks for two factors; the deployment turns it on: ["city","county","auditor"]'),
 ('session_idle_minutes_desk', '2026-01-01', '30', 'min', 'GB/T 22239-2019 8.1.4.1; number is the deployment''s choice'),
 ('session_idle_minutes_phone', '2026-01-01', '20160', 'min', 'docs/decisions/0014: a phone in the field is away from the network for days'),
 ('reset_code_minutes', '2026-01-01', '1440', 'min', 'deployment''s choice'),
 ('enrolment_code_minutes', '2026-01-01', '15', 'min', 'deployment''s choice'),
 ('device_enrolment_required', '2026-01-01', 'false', 'true | false', 'docs/decisions/0014: the deployment turns it on'),
 ('unmask_per_hour', '2026-01-01', '30', 'numbers', 'PIPL §6 (minimum); number is the deployment''s choice'),
 ('audit_retention_days', '2026-01-01', '1095', 'days, at least 180', '网络安全法 §21(3): six months at least; 网络数据安全管理条例 §12: records of sharing three years'),
 ('audit_text_days_max', '2026-01-01', '7', 'days', 'docs/decisions/0014: free text is read line by line');
