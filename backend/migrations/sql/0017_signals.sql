-- Signals (线索): the facts that ratings and the key supervision list follow from. They are written at the desk, by findings of
-- visits and by incidents; an import may write them too. Whoever needs an employer's facts asks here, not the tables they came from.

insert into rating_aspects (code, seq, zh, en, source, valid_from, from_findings) values
 ('rules', 10, '制定内部劳动保障规章制度', 'Internal labour rules', '人社部规〔2016〕1号 §6(一)', '2017-01-01', '{}'),
 ('contracts', 20, '与劳动者订立劳动合同', 'Labour contracts', '人社部规〔2016〕1号 §6(二)', '2017-01-01', '{no_contract}'),
 ('dispatch', 30, '遵守劳务派遣规定', 'Labour dispatch', '人社部规〔2016〕1号 §6(三)', '2017-01-01', '{}'),
 ('child_labour', 40, '遵守禁止使用童工规定', 'No child labour', '人社部规〔2016〕1号 §6(四)', '2017-01-01', '{child_labour}'),
 ('women_and_minors', 50, '女职工和未成年工特殊劳动保护', 'Women and young workers', '人社部规〔2016〕1号 §6(五)', '2017-01-01', '{}'),
 ('hours_and_leave', 60, '工作时间和休息休假', 'Hours and leave', '人社部规〔2016〕1号 §6(六)', '2017-01-01', '{overtime}'),
 ('wages', 70, '支付工资和执行最低工资标准', 'Wages and minimum wage', '人社部规〔2016〕1号 §6(七)', '2017-01-01', '{wage_arrears,no_ledger}'),
 ('insurance', 80, '参加社会保险和缴纳社会保险费', 'Social insurance', '人社部规〔2016〕1号 §6(八)', '2017-01-01', '{no_insurance}'),
 ('other', 90, '其他遵守劳动保障法律法规情况', 'Other labour law', '人社部规〔2016〕1号 §6(九)', '2017-01-01', '{other}');

-- A finding of a visit and an incident are what somebody saw, not what an authority has found: they never count as a violation.
insert into signal_kinds (code, seq, zh, en, source, valid_from, aspect, is_lasting, is_violation, from_findings, from_incidents) values
 ('wage_arrears', 10, '拖欠工资', 'Wage arrears', '通知 二(四)4', '2026-01-01', 'wages', true, false, '{wage_arrears}', '{}'),
 ('premium_arrears', 20, '欠缴社会保险费', 'Premium arrears', '通知 二(四)4；走访发现未参保视为自发现日起欠缴，docs/decisions/0025', '2026-01-01', 'insurance', true, false, '{no_insurance}', '{}'),
 ('complaint', 30, '投诉', 'Complaint', '通知 二(四)4；劳动保障监察条例 §9', '2026-01-01', null, false, false, '{}', '{}'),
 ('collective_petition', 40, '集体上访', 'Collective petition', '通知 二(四)4；集体讨薪也计入，docs/decisions/0025', '2026-01-01', null, false, false, '{}', '{petition,collective_wage}'),
 ('opened', 50, '新开办', 'Newly opened', '通知 二(四)4；日期为成立日期', '2026-01-01', null, false, false, '{}', '{}'),
 ('violation', 60, '违法行为被查处', 'Violation found and dealt with', '人社部规〔2016〕1号 §7', '2017-01-01', null, false, true, '{}', '{}'),
 ('child_labour', 70, '使用童工被查处', 'Child labour found and dealt with', '人社部规〔2016〕1号 §7(三)3', '2017-01-01', 'child_labour', false, true, '{}', '{}'),
 ('forced_labour', 80, '强迫劳动被查处', 'Forced labour found and dealt with', '人社部规〔2016〕1号 §7(三)3', '2017-01-01', 'other', false, true, '{}', '{}'),
 ('mass_event', 90, '违法引发群体性、极端事件', 'Mass or extreme event caused by a violation', '人社部规〔2016〕1号 §7(三)2', '2017-01-01', null, false, false, '{}', '{}'),
 ('order_refused', 100, '拒不履行整改指令、处理或处罚决定', 'Order or decision not obeyed', '人社部规〔2016〕1号 §7(三)4', '2017-01-01', 'other', false, false, '{}', '{}'),
 ('obstruction', 110, '无理抗拒、阻挠劳动保障监察', 'Inspection obstructed', '人社部规〔2016〕1号 §7(三)5', '2017-01-01', 'other', false, false, '{}', '{}'),
 ('criminal', 120, '被追究刑事责任', 'Criminal liability', '人社部规〔2016〕1号 §7(三)6', '2017-01-01', 'other', false, false, '{}', '{}');

-- What is found on a visit, and what is reported as an incident, is a signal too where its kind says so; once per source.
-- A visit that finds lasting arrears while some are known already adds nothing new.
create function findings_to_signals() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into employer_signals (id, employer_id, kind, aspect, since, source, source_id, reference, note, recorded_by, end_note,
                                  withdrawn_why, version, grid_path)
    select gen_random_uuid(), v.employer_id, k.code, k.aspect, (least(v.happened_at, v.received_at) at time zone 'Asia/Shanghai')::date,
           'visit', f.id, '', f.note, v.person_id, '', '', 1, v.grid_path
    from new_rows f join visits v on v.id = f.visit_id join signal_kinds k on f.kind = any(k.from_findings)
    where k.valid_to is null and not (k.is_lasting and exists (
        select from employer_signals s where s.employer_id = v.employer_id and s.kind = k.code and s.until is null and s.withdrawn_at is null))
    on conflict (source_id, kind) do nothing;
    return null;
end $$;
create trigger findings_inserted_to_signals after insert on findings
referencing new table as new_rows for each statement execute function findings_to_signals();

create function incidents_to_signals() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into employer_signals (id, employer_id, kind, aspect, since, people, source, source_id, reference, note, recorded_by, end_note,
                                  withdrawn_why, version, grid_path)
    select gen_random_uuid(), e.id, k.code, k.aspect, (least(i.happened_at, i.received_at) at time zone 'Asia/Shanghai')::date,
           i.people_count, 'incident', i.id, '', i.note, i.person_id, '', '', 1, e.grid_path
    from new_rows i join employers e on e.id = i.employer_id join signal_kinds k on i.kind = any(k.from_incidents)
    where k.valid_to is null
    on conflict (source_id, kind) do nothing;
    return null;
end $$;
create trigger incidents_inserted_to_signals after insert on incidents
referencing new table as new_rows for each statement execute function incidents_to_signals();

alter table employer_signals enable row level security;
create policy scope on employer_signals for select using (grid_path <@ (select app_scope()));
create policy record on employer_signals for insert
with check (grid_path <@ (select app_scope()) and recorded_by = (select app_person()) and source = 'desk');
create policy settle on employer_signals for update using (grid_path <@ (select app_scope()));
grant select on rating_aspects, signal_kinds, employer_signals to wangge_app;
grant insert on employer_signals to wangge_app;
grant update (until, ended_by, ended_at, end_note, withdrawn_by, withdrawn_at, withdrawn_why, version) on employer_signals to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('signal.record', 240, 'write', '登记线索', 'Record signals', '登记、了结、撤销欠薪、欠费、投诉、集体上访和查处情况', 'Record, end and withdraw arrears, complaints, petitions and violations');
insert into role_rights (role, right_code) values ('city', 'signal.record'), ('county', 'signal.record'), ('street', 'signal.record');
