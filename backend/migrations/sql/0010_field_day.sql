-- The field day: talks, incidents, breaks and tracks, and the words that they choose from.

-- Which of these have arrived; as before, and talks, incidents and breaks.
create or replace function existing_ids(kind text, wanted uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select e.id from employers e where existing_ids.kind = 'employer' and e.id = any(wanted)
    union all select p.id from patrols p where existing_ids.kind = 'patrol' and p.id = any(wanted)
    union all select v.id from visits v where existing_ids.kind = 'visit' and v.id = any(wanted)
    union all select c.id from check_ins c where existing_ids.kind = 'check_in' and c.id = any(wanted)
    union all select t.id from talks t where existing_ids.kind = 'talk' and t.id = any(wanted)
    union all select i.id from incidents i where existing_ids.kind = 'incident' and i.id = any(wanted)
    union all select b.id from patrol_pauses b where existing_ids.kind = 'pause' and b.id = any(wanted);
end $$;

-- As before, and the talks held at an employer follow it when it moves. An incident stays where it happened.
create or replace function employers_to_feed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into changes (channel, kind, entity_id, grid_path) select grid_id, 'employer', id, grid_path from new_rows;
        return null;
    end if;
    -- new place, old place when it moved, and whoever has it on an open patrol
    insert into changes (channel, kind, entity_id, grid_path)
    select grid_id, 'employer', id, grid_path from new_rows
    union all
    select o.grid_id, 'employer', o.id, o.grid_path from old_rows o join new_rows n using (id) where o.grid_id <> n.grid_id
    union all
    select distinct s.assignee_id, 'employer', s.employer_id, null::ltree
    from patrol_stops s join new_rows n on n.id = s.employer_id where s.is_open
    union all
    -- a patrol carries its stops' names and points
    select distinct s.assignee_id, 'patrol', s.patrol_id, null::ltree
    from patrol_stops s join new_rows n on n.id = s.employer_id join old_rows o on o.id = n.id
    where (o.name, o.position, o.grid_path) is distinct from (n.name, n.position, n.grid_path);
    if exists (select from old_rows o join new_rows n using (id) where o.grid_path <> n.grid_path) then
        insert into employer_moves (employer_id, change_id, moved_at, from_grid_id, from_path, grid_id, grid_path)
        select n.id, nullif(current_setting('app.grid_change', true), '')::uuid,
               coalesce(nullif(current_setting('app.grid_moment', true), '')::timestamptz, clock_timestamp()),
               o.grid_id, o.grid_path, n.grid_id, n.grid_path
        from old_rows o join new_rows n using (id) where o.grid_path <> n.grid_path;
        -- the employer's file moves whole: its history stays with it
        update check_ins t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update findings f set grid_path = n.grid_path from new_rows n join old_rows o using (id) join visits v on v.employer_id = n.id
         where f.visit_id = v.id and o.grid_path <> n.grid_path;
        update visits t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update talk_materials m set grid_path = n.grid_path from new_rows n join old_rows o using (id) join talks t on t.employer_id = n.id
         where m.talk_id = t.id and o.grid_path <> n.grid_path;
        update talks t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update evidence t set grid_id = n.grid_id, grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
        update patrol_stops t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
         where t.employer_id = n.id and o.grid_path <> n.grid_path;
    end if;
    return null;
end $$;

-- Let go of the tracks that are older than the policy says; that it was done stays in the audit log, not whose they were.
create function prune_tracks() returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
    keep_days int := (policy('track_retention_days'))::int;
    gone bigint;
begin
    delete from tracks where ends_at < now() - make_interval(days => keep_days);
    get diagnostics gone = row_count;
    perform audit('tracks_pruned', 'track', null, jsonb_build_object('stretches', gone, 'keep_days', keep_days));
    return gone;
end $$;
revoke all on function prune_tracks() from public;

-- Access: as for the other facts, the subtree's and one's own; one may only write as oneself.
do $$
declare fact text;
begin
    foreach fact in array array['talks', 'incidents', 'patrol_pauses', 'tracks'] loop
        execute format('alter table %I enable row level security', fact);
        execute format('create policy scope on %I for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()))', fact);
        execute format('create policy record on %I for insert with check (person_id = (select app_person()))', fact);
    end loop;
end $$;
create policy handle on incidents for update using (grid_path <@ (select app_scope()));
create policy resume on patrol_pauses for update using (person_id = (select app_person()));
alter table talk_materials enable row level security;
create policy scope on talk_materials for select
using (grid_path <@ (select app_scope()) or (select t.person_id from talks t where t.id = talk_id) = (select app_person()));
create policy record on talk_materials for insert
with check ((select t.person_id from talks t where t.id = talk_id) = (select app_person()));

grant select on talk_topics, material_kinds, incident_kinds, talks, talk_materials, incidents, patrol_pauses, tracks to wangge_app;
grant insert on talks, talk_materials, incidents, patrol_pauses, tracks to wangge_app;
grant update (status, acknowledged_at, acknowledged_by, closed_at, closed_by, closing_note, version) on incidents to wangge_app;
grant update (resumed_at) on patrol_pauses to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('incident.read', 330, 'read', '查看突发事件', 'See incidents', '现场上报的突发事件及其处理情况', 'Incidents reported from the field and what became of them'),
 ('incident.handle', 340, 'write', '处理突发事件', 'Handle incidents', '接报、办结突发事件', 'Acknowledge and close incidents'),
 ('track.read', 350, 'read', '查看巡查轨迹', 'See tracks', '巡查期间走过的路线，每次查看都记入审计日志', 'The way walked while on duty; each look is logged');
insert into role_rights (role, right_code) values
 ('city', 'incident.read'), ('county', 'incident.read'), ('street', 'incident.read'), ('auditor', 'incident.read'),
 ('city', 'incident.handle'), ('county', 'incident.handle'), ('street', 'incident.handle'),
 ('city', 'track.read'), ('county', 'track.read'), ('street', 'track.read')
on conflict do nothing;

insert into policies (key, valid_from, value, unit, source) values
 ('track_min_distance_m', '2026-01-01', '30', 'm', 'docs/decisions/0018: as far as a phone between houses can tell'),
 ('track_min_interval_s', '2026-01-01', '60', 's', 'docs/decisions/0018: once a minute while standing still'),
 ('track_max_accuracy_m', '2026-01-01', '100', 'm', 'docs/decisions/0018: a worse fix says nothing of the way'),
 ('track_chunk_points', '2026-01-01', '100', 'points', 'docs/decisions/0018: about 4 KB to an operation, an hour or two of walking'),
 ('track_points_max', '2026-01-01', '300', 'points', 'docs/decisions/0018: what the server takes in one operation'),
 ('track_step_m', '2026-01-01', '30', 'm', 'docs/decisions/0018: less is the jitter of standing still'),
 ('track_retention_days', '2026-01-01', '90', 'days', '个人信息保护法 §19: the shortest time that the purpose needs; number is the deployment''s choice, docs/decisions/0018'),
 ('talk_export_rows_max', '2026-01-01', '20000', 'rows', 'deployment''s choice: what a spreadsheet opens at once');

insert into talk_topics (code, seq, zh, en, source, valid_from) values
 ('contracts', 10, '劳动合同', 'Labour contracts', '通知 二(三) 用工管理；劳动合同法 §10', '2008-01-01'),
 ('wages', 20, '工资支付', 'Wages', '通知 二(三) 工资支付；劳动法 §50', '1995-01-01'),
 ('migrant_wages', 30, '农民工工资支付', 'Migrant workers'' wages', '保障农民工工资支付条例（国务院令第724号）§6', '2020-05-01'),
 ('hours_and_leave', 40, '工时和休假', 'Hours and leave', '通知 二(三) 劳动标准；劳动法 §36-45', '1995-01-01'),
 ('social_insurance', 50, '社会保险', 'Social insurance', '通知 二(三) 社会保险；社会保险法 §58', '2011-07-01'),
 ('work_injury', 60, '工伤保险', 'Work injury insurance', '工伤保险条例 §2、§17', '2004-01-01'),
 ('child_labour', 70, '禁止使用童工', 'No child labour', '禁止使用童工规定 §2', '2002-12-01'),
 ('women_and_minors', 80, '女职工和未成年工保护', 'Women and young workers', '劳动法 §58-65；女职工劳动保护特别规定', '1995-01-01'),
 ('dispatch', 90, '劳务派遣', 'Labour dispatch', '劳动合同法 §57-67', '2008-01-01'),
 ('tips', 100, '举报投诉和维权渠道', 'How to report and complain', '通知 二(三)；劳动保障监察条例 §9', '2004-12-01'),
 ('written_review', 110, '书面审查和信息登记', 'Written review and registration', '通知 二(四)1；劳动保障监察条例 §14', '2004-12-01'),
 ('credit_rating', 120, '劳动保障诚信等级', 'Credit rating', '通知 二(四)3；企业劳动保障守法诚信等级评价办法（人社部规〔2016〕1号）', '2017-01-01'),
 ('other', 900, '其他', 'Other', 'docs/decisions/0018', '1995-01-01');

insert into material_kinds (code, seq, zh, en, source, valid_from) values
 ('leaflet', 10, '宣传单页', 'Leaflets', 'docs/decisions/0018: deployment''s list', '2026-01-01'),
 ('booklet', 20, '宣传手册', 'Booklets', 'docs/decisions/0018: deployment''s list', '2026-01-01'),
 ('poster', 30, '宣传海报', 'Posters', 'docs/decisions/0018: deployment''s list', '2026-01-01'),
 ('rights_card', 40, '维权联系卡', 'Contact cards', 'docs/decisions/0018: deployment''s list', '2026-01-01'),
 ('contract_form', 50, '劳动合同示范文本', 'Model contracts', '人社部劳动合同示范文本；docs/decisions/0018', '2026-01-01'),
 ('notice_board', 60, '工资支付告示牌', 'Wage notice boards', '保障农民工工资支付条例 §34', '2026-01-01'),
 ('gift', 70, '宣传用品', 'Give-aways', 'docs/decisions/0018: deployment''s list', '2026-01-01');

insert into incident_kinds (code, seq, zh, en, source, valid_from) values
 ('collective_wage', 10, '集体讨薪', 'Collective wage dispute', '通知 二(四)5；保障农民工工资支付条例 §56', '2026-01-01'),
 ('petition', 20, '集体上访', 'Collective petition', '通知 二(四)4 集体上访', '2026-01-01'),
 ('extreme_act', 30, '极端行为（跳楼、自残等）', 'Extreme act (threat to life)', '企业劳动保障守法诚信等级评价办法（人社部规〔2016〕1号）: 极端事件', '2026-01-01'),
 ('work_injury', 40, '工伤事故', 'Work accident', '工伤保险条例 §17', '2026-01-01'),
 ('boss_fled', 50, '欠薪逃匿', 'Employer fled owing wages', '刑法 §276之一：逃匿', '2026-01-01'),
 ('strike', 60, '停工闹事', 'Stoppage or unrest', '通知 二(四)5', '2026-01-01'),
 ('child_labour', 70, '使用童工', 'Child labour', '禁止使用童工规定 §6', '2026-01-01'),
 ('forced_labour', 80, '强迫劳动', 'Forced labour', '劳动合同法 §88', '2026-01-01'),
 ('obstruction', 90, '暴力阻挠、人身威胁', 'Violence or threats', '劳动保障监察条例 §30', '2026-01-01'),
 ('other', 900, '其他紧急情况', 'Other emergency', '通知 二(四)5', '2026-01-01');
