insert into role_rights (role, right_code) values
 ('city', 'unit.read'), ('county', 'unit.read'), ('street', 'unit.read'), ('auditor', 'unit.read'),
 ('city', 'unit.edit'),
 ('city', 'entrustment.read'), ('county', 'entrustment.read'), ('street', 'entrustment.read'), ('auditor', 'entrustment.read'),
 ('city', 'entrustment.edit'), ('county', 'entrustment.edit'),
 ('city', 'responsibility.read'), ('county', 'responsibility.read'), ('street', 'responsibility.read'),
 ('community', 'responsibility.read'), ('auditor', 'responsibility.read')
on conflict do nothing;

insert into policies (key, valid_from, value, unit, source) values
 ('entrustment_term_max_years', '2026-01-01', '5', 'years', 'docs/decisions/0012: 行政处罚法 §20 asks for a term and names no limit; deployment''s choice'),
 ('entrustment_expiring_days', '2026-01-01', '30', 'days', 'docs/decisions/0012: time enough to draw up the next one'),
 ('entrustment_employers_max', '2026-01-01', '2000', 'employers', 'docs/decisions/0012: a longer list is an area'),
 ('entrustment_document_max_bytes', '2026-01-01', '20971520', 'bytes', 'docs/decisions/0012');

insert into matters (code, name_zh, name_en, position, source, valid_from) values
 ('wage_payment', '工资支付', 'Wage payment', 10, '劳动保障监察条例 §11(六)', '2004-12-01'),
 ('contracts', '劳动合同', 'Labour contracts', 20, '劳动保障监察条例 §11(二)', '2004-12-01'),
 ('social_insurance', '社会保险', 'Social insurance', 30, '劳动保障监察条例 §11(七)', '2004-12-01'),
 ('working_hours', '工作时间和休息休假', 'Working hours and rest', 40, '劳动保障监察条例 §11(五)', '2004-12-01'),
 ('young_workers', '童工与未成年工', 'Child and young workers', 50, '劳动保障监察条例 §11(三)(四)', '2004-12-01'),
 ('women', '女职工保护', 'Protection of women', 60, '劳动保障监察条例 §11(四)', '2004-12-01'),
 ('dispatch', '劳务派遣', 'Labour dispatch', 70, '劳动保障监察条例 §11(九)；劳动合同法 §92', '2008-01-01'),
 ('complaints', '举报投诉', 'Tips and complaints', 80, '劳动保障监察条例 §9、§14', '2004-12-01'),
 ('survey', '信息采集', 'Collecting data', 90, '通知 二(四)1 动态监管', '2004-12-01'),
 ('publicity', '宣传', 'Publicity', 100, '通知 二(四)2 日常监管', '2004-12-01'),
 ('patrol', '日常巡查', 'Daily patrol', 110, '劳动保障监察条例 §14；通知 二(二)', '2004-12-01'),
 ('special_inspection', '专项检查', 'Special inspection', 120, '通知 二(二)', '2004-12-01'),
 ('written_review', '书面审查', 'Written review', 130, '劳动保障监察条例 §14；通知 二(四)1', '2004-12-01'),
 ('penalty', '行政处罚', 'Administrative penalty', 140, '劳动保障监察条例 §23-30；行政处罚法', '2004-12-01');

insert into powers (code, name_zh, name_en, position, source) values
 ('collect', '采集信息', 'collect data', 10, '通知 二(三)'),
 ('publicise', '宣传', 'publicise', 20, '通知 二(三)'),
 ('patrol', '日常巡查', 'patrol', 30, '通知 二(二)'),
 ('accept_complaints', '受理举报投诉', 'accept tips and complaints', 40, '通知 二(二)：举报投诉窗口'),
 ('investigate_preliminary', '一般劳资纠纷初步调查', 'investigate minor disputes', 50, '通知 二(二)'),
 ('review_documents', '书面审查', 'review written records', 60, '劳动保障监察条例 §14'),
 ('inspect', '行政检查', 'inspect', 70, '劳动保障监察条例 §15；国办发〔2024〕54号'),
 ('order_correction', '责令改正', 'order correction', 80, '劳动保障监察条例 §18'),
 ('penalise', '行政处罚', 'penalise', 90, '行政处罚法 §17-21');

-- Command centre and counties may hold every power by their own right (which of them do is in unit_powers).
insert into power_holders (power_code, unit_kind, manner, valid_from, source)
select p.code, k.kind, 'own', '2004-12-01', '劳动保障监察条例 §3、§13：县级以上劳动保障行政部门'
from powers p cross join (values ('command_centre'), ('county')) k(kind);
-- Districts and zones that have no power of their own act by entrustment, in everything.
insert into power_holders (power_code, unit_kind, manner, valid_from, source)
select p.code, k.kind, 'entrusted', '2004-12-01', '劳动保障监察条例 §4；行政处罚法 §20-21；通知 二(一)'
from powers p cross join (values ('county'), ('zone')) k(kind);
-- Streets: what the notice gives them. Inspecting, ordering and penalising need full-time inspectors, which they do not have.
insert into power_holders (power_code, unit_kind, manner, valid_from, source)
select code, 'street', 'entrusted', date '2004-12-01', '通知 二(一)(二)；劳动保障监察条例 §4'
from powers where code in ('collect', 'publicise', 'patrol', 'accept_complaints', 'investigate_preliminary');
insert into power_holders (power_code, unit_kind, manner, valid_from, source)
select code, 'street', 'assist', date '2004-12-01', '通知 二(二)：配合日常巡查、专项检查和年度审查'
from powers where code in ('collect', 'publicise', 'patrol', 'review_documents', 'inspect');
-- Communities only cooperate; they may never inspect or penalise.
insert into power_holders (power_code, unit_kind, manner, valid_from, source)
select code, 'community', 'assist', date '2004-12-01', '通知 二(一)：行政村和城镇社区配合；国办发〔2024〕54号：网格员不得实施行政检查'
from powers where code in ('collect', 'publicise', 'patrol');
