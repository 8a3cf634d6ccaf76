-- Ratings (诚信等级): proposed from the record of a year for a whole territory, reviewed, published; what follows from a grade is dated data.

insert into rating_scales (code, valid_from, zh, en, grades, rules, source, confidence) values
 ('national_2016', '2017-01-01', '企业劳动保障守法诚信等级（A、B、C）', 'National scale (A, B, C)',
  '[{"grade": "A", "zh": "A 级（守法诚信）", "en": "A (complies)"},
    {"grade": "B", "zh": "B 级", "en": "B"},
    {"grade": "C", "zh": "C 级（失信）", "en": "C (untrustworthy)"}]',
  '[{"code": "violated", "grade": "B", "kinds": ["violation", "child_labour", "forced_labour"], "at_least": 1,
     "zh": "因劳动保障违法行为被查处", "en": "Found violating labour law"},
    {"code": "violated_thrice", "grade": "C", "kinds": ["violation", "child_labour", "forced_labour"], "at_least": 3,
     "zh": "被查处三次以上（含三次）", "en": "Found violating three times or more"},
    {"code": "mass_event", "grade": "C", "kinds": ["mass_event"], "at_least": 1,
     "zh": "违法行为引发群体性事件、极端事件或造成严重不良社会影响", "en": "A violation caused a mass or extreme event"},
    {"code": "grave", "grade": "C", "kinds": ["child_labour", "forced_labour"], "at_least": 1,
     "zh": "因使用童工、强迫劳动等严重违法行为被查处", "en": "Child or forced labour"},
    {"code": "order_refused", "grade": "C", "kinds": ["order_refused"], "at_least": 1,
     "zh": "拒不履行限期整改指令、行政处理决定或行政处罚决定", "en": "An order or decision was not obeyed"},
    {"code": "obstruction", "grade": "C", "kinds": ["obstruction"], "at_least": 1,
     "zh": "无理抗拒、阻挠实施劳动保障监察", "en": "Inspection was obstructed"},
    {"code": "criminal", "grade": "C", "kinds": ["criminal"], "at_least": 1,
     "zh": "因劳动保障违法行为被追究刑事责任", "en": "Criminal liability"}]',
  '企业劳动保障守法诚信等级评价办法（人社部规〔2016〕1号）§6-7，2017-01-01 起施行', 'high');

insert into inspection_caps (grade, kind, valid_from, per_year, source, confidence) values
 ('A', 'routine', '2017-01-01', 0, '山东省 2017 年规定：A 级当年免于日常巡视检查；可能已失效，使用前须核实', 'low'),
 ('A', 'special', '2017-01-01', 0, '山东省 2017 年规定：A 级当年免于专项检查；可能已失效，使用前须核实', 'low'),
 ('B', 'routine', '2017-01-01', 1, '山东省 2017 年规定：B 级日常巡视检查每年不超过 1 次；可能已失效，使用前须核实', 'low'),
 ('C', 'routine', '2017-01-01', null, '山东省 2017 年规定：C 级增加检查；人社部规〔2016〕1号：列为重点对象', 'medium');

-- How many inspections of a kind an employer of a grade may get in the year of a day; null: no rule caps it.
create function inspection_cap(wanted_grade text, wanted_kind text, on_day date) returns int
language sql stable set search_path = public, pg_temp as $$
    select c.per_year from inspection_caps c
    where c.grade = wanted_grade and c.kind = wanted_kind and c.valid_from <= on_day order by c.valid_from desc limit 1
$$;

-- Propose these employers' grades for a year from its record: what the signals of the year come to by the scale's rules, and what
-- is known of each aspect. Findings of visits are shown beside, but decide nothing: only what an authority dealt with does.
create function rating_propose(wanted_round uuid, wanted uuid[]) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    with one as materialized (
        select r.id, r.year, s.grades, s.rules, make_date(r.year, 1, 1) as first_day, make_date(r.year, 12, 31) as last_day
        from rating_rounds r join rating_scales s on s.code = r.scale where r.id = wanted_round
    ),
    facts as materialized (
        select s.employer_id, s.id, s.kind::text as kind, coalesce(s.aspect, k.aspect)::text as aspect, k.is_violation
        from one, employer_signals s join signal_kinds k on k.code = s.kind
        where s.employer_id = any(wanted) and s.withdrawn_at is null and s.since <= one.last_day
          and case when k.is_lasting then s.until is null or s.until > one.first_day else s.since >= one.first_day end
    ),
    noticed as (
        select v.employer_id, a.code::text as aspect, count(*) as n
        from one, visits v join findings f on f.visit_id = v.id join rating_aspects a on f.kind = any(a.from_findings)
        where v.employer_id = any(wanted) and v.happened_at >= one.first_day::timestamp at time zone 'Asia/Shanghai'
          and v.happened_at < (one.last_day + 1)::timestamp at time zone 'Asia/Shanghai'
        group by 1, 2
    ),
    by_aspect as (
        select employer_id, aspect, sum(violations) as violations, sum(signals) as signals, sum(findings) as findings
        from (select employer_id, aspect, count(*) filter (where is_violation) as violations,
                     count(*) filter (where not is_violation) as signals, 0 as findings from facts where aspect is not null group by 1, 2
              union all select employer_id, aspect, 0, 0, n from noticed) seen
        group by 1, 2
    ),
    aspects as (
        select employer_id, jsonb_object_agg(aspect, jsonb_build_object('violations', violations, 'signals', signals, 'findings', findings)) as seen
        from by_aspect group by 1
    ),
    hits as (
        select f.employer_id, g.nth, jsonb_build_object('rule', r.rule ->> 'code', 'grade', r.rule ->> 'grade', 'count', count(*),
               'signals', jsonb_agg(f.id order by f.id)) as reason
        from one, jsonb_array_elements(one.rules) as r(rule)
        join facts f on r.rule -> 'kinds' ? f.kind
        join lateral (select g.nth from jsonb_array_elements(one.grades) with ordinality g(grade, nth)
                      where g.grade ->> 'grade' = r.rule ->> 'grade') g on true
        group by f.employer_id, r.rule, g.nth having count(*) >= (r.rule ->> 'at_least')::int
    ),
    judged as (
        select employer_id, max(nth) as worst, jsonb_agg(reason order by nth desc, reason ->> 'rule') as reasons from hits group by 1
    )
    insert into ratings (id, round_id, employer_id, year, proposed_grade, aspects, reasons, state, decision_reason, version, grid_path)
    select gen_random_uuid(), one.id, e.id, one.year, one.grades -> (coalesce(j.worst, 1) - 1)::int ->> 'grade',
           coalesce(a.seen, '{}'), coalesce(j.reasons, '[]'), 'proposed', '', 1, e.grid_path
    from one, employers e left join aspects a on a.employer_id = e.id left join judged j on j.employer_id = e.id
    where e.id = any(wanted)
    on conflict (employer_id, year) do nothing
$$;

-- Do the next stretch of the round that has waited longest; how many ratings that was, 0 when nothing waits. Whoever ordered the
-- work is named in what it writes.
create function rating_round_next(at_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    work rating_rounds;
    stretch uuid[];
begin
    select r.* into work from rating_rounds r where r.state in ('proposing', 'accepting', 'publishing')
    order by r.task_at limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    if work.state = 'proposing' then
        stretch := array(select e.id from employers e where e.grid_path <@ work.grid_path and e.id > work.after_id
                         and e.review_state = 'accepted' order by e.id limit at_most);
        perform rating_propose(work.id, stretch);
    elsif work.state = 'accepting' then
        stretch := array(select t.id from ratings t where t.round_id = work.id and t.state = 'proposed'
                         and t.proposed_grade = any(work.accept_grades) order by t.employer_id limit at_most);
        update ratings t set state = 'reviewed', grade = t.proposed_grade, reviewed_by = work.task_by, reviewed_at = now(), version = t.version + 1
         where t.id = any(stretch);
    else
        -- files before ratings, in the order of ids: as pushes lock them
        stretch := array(select t.employer_id from ratings t where t.round_id = work.id and t.state = 'reviewed'
                         order by t.employer_id limit at_most);
        perform from employers e where e.id = any(stretch) order by e.id for no key update;
        update ratings t set state = 'published', published_on = work.published_on, published_by = work.task_by, version = t.version + 1
         where t.round_id = work.id and t.employer_id = any(stretch) and t.state = 'reviewed';
    end if;
    update rating_rounds r
       set done = r.done + cardinality(stretch), after_id = coalesce(stretch[cardinality(stretch)], r.after_id), version = r.version + 1,
           state = case when cardinality(stretch) = at_most then r.state when r.state = 'publishing' then 'published' else 'reviewing' end
     where r.id = work.id;
    return greatest(cardinality(stretch), 1);
end $$;

-- An employer's grade is that of the newest year that was published for it.
create function ratings_to_employers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into rating_changes (id, rating_id, from_grade, to_grade, was_published, reason, made_by, grid_path)
    select gen_random_uuid(), n.id, coalesce(o.grade, o.proposed_grade), n.grade, o.state = 'published', n.decision_reason, app_person(), n.grid_path
    from new_rows n join old_rows o using (id)
    where n.grade is not null and coalesce(o.grade, o.proposed_grade) <> n.grade;
    update employers e set grade = newest.grade
      from (select distinct on (t.employer_id) t.employer_id, t.grade from ratings t
            where t.state = 'published' and t.employer_id in (
                select n.employer_id from new_rows n join old_rows o using (id)
                where n.state = 'published' and (o.state <> 'published' or o.grade is distinct from n.grade))
            order by t.employer_id, t.year desc) newest
     where e.id = newest.employer_id and e.grade is distinct from newest.grade;
    return null;
end $$;
create trigger ratings_updated_to_employers after update on ratings
referencing old table as old_rows new table as new_rows for each statement execute function ratings_to_employers();

-- All that is said of an employer lies where its file lies.
create function standing_moves() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from old_rows o join new_rows n using (id) where o.grid_path <> n.grid_path) then
        return null;
    end if;
    update employer_signals t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
     where t.employer_id = n.id and o.grid_path <> n.grid_path;
    update key_list_entries t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
     where t.employer_id = n.id and o.grid_path <> n.grid_path;
    update rating_changes c set grid_path = n.grid_path from new_rows n join old_rows o using (id) join ratings t on t.employer_id = n.id
     where c.rating_id = t.id and o.grid_path <> n.grid_path;
    update rating_objections c set grid_path = n.grid_path from new_rows n join old_rows o using (id) join ratings t on t.employer_id = n.id
     where c.rating_id = t.id and o.grid_path <> n.grid_path;
    update ratings t set grid_path = n.grid_path from new_rows n join old_rows o using (id)
     where t.employer_id = n.id and o.grid_path <> n.grid_path;
    return null;
end $$;
create trigger employers_moved_move_standing after update on employers
referencing old table as old_rows new table as new_rows for each statement execute function standing_moves();

do $$
declare scoped text;
begin
    foreach scoped in array array['rating_rounds', 'ratings', 'rating_changes', 'rating_objections'] loop
        execute format('alter table %I enable row level security', scoped);
        execute format('create policy scope on %I for select using (grid_path <@ (select app_scope()))', scoped);
    end loop;
end $$;
create policy begin_round on rating_rounds for insert with check (grid_path <@ (select app_scope()) and made_by = (select app_person()));
create policy order_work on rating_rounds for update using (grid_path <@ (select app_scope()));
create policy decide on ratings for update using (grid_path <@ (select app_scope()));
create policy file on rating_objections for insert with check (grid_path <@ (select app_scope()) and recorded_by = (select app_person()));
create policy decide on rating_objections for update using (grid_path <@ (select app_scope()));
grant select on rating_scales, inspection_caps, rating_rounds, ratings, rating_changes, rating_objections to wangge_app;
grant insert on rating_rounds, rating_objections to wangge_app;
grant update (state, task_at, task_by, accept_grades, after_id, done, total, published_on, published_by, version) on rating_rounds to wangge_app;
grant update (state, grade, decision_reason, reviewed_by, reviewed_at, version) on ratings to wangge_app;
grant update (decision, new_grade, decision_reason, decided_by, decided_at, version) on rating_objections to wangge_app;
revoke all on function rating_propose(uuid, uuid[]), rating_round_next(int) from public;
grant execute on function rating_round_next(int) to wangge_app;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('rating.read', 270, 'read', '查看诚信等级', 'See ratings', '诚信等级评价批次、结果、变更和异议', 'Rounds of ratings, results, changes and objections'),
 ('rating.review', 280, 'write', '评定诚信等级', 'Review ratings', '生成建议等级、审核、调整，受理和决定异议', 'Propose, review and change grades, take and decide objections'),
 ('rating.publish', 290, 'write', '公布诚信等级', 'Publish ratings', '公布一个地区一年的评价结果', 'Publish a territory''s grades of a year');
insert into role_rights (role, right_code) values
 ('city', 'rating.read'), ('county', 'rating.read'), ('street', 'rating.read'), ('auditor', 'rating.read'),
 ('city', 'rating.review'), ('county', 'rating.review'), ('city', 'rating.publish'), ('county', 'rating.publish');
insert into policies (key, valid_from, value, unit, source) values
 ('rating_objection_days', '2026-01-01', '30', 'days', 'deployment''s choice: 人社部规〔2016〕1号 names no term; natural days from the day of publication, docs/decisions/0025'),
 ('rating_objection_decision_days', '2026-01-01', '20', 'days', 'deployment''s choice: 人社部规〔2016〕1号 names no term; natural days from the day of filing, docs/decisions/0025'),
 ('rating_export_rows_max', '2026-01-01', '100000', 'rows', 'deployment''s choice: a county''s list of a year');
