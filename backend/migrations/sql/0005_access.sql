alter table certificates enable row level security;
create policy scope on certificates for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()));
create policy keep on certificates for insert with check (grid_path <@ (select app_scope()));
create policy change on certificates for update using (grid_path <@ (select app_scope()));

create policy nominate on people for insert with check (grid_path <@ (select app_scope()) and state = 'nominated');
create policy keep on people for update using (grid_path <@ (select app_scope()));

create policy assign on duties for insert with check (grid_path <@ (select app_scope()));
create policy change on duties for update using (grid_path <@ (select app_scope()));

-- A plan, its courses and exams are open to those below whom they are made for; a score is its person's.
do $$
declare made text;
begin
    foreach made in array array['training_plans', 'courses', 'exams'] loop
        execute format('alter table %I enable row level security', made);
        execute format('create policy scope on %I for select using (grid_path <@ (select app_scope()) or (select app_scope()) <@ grid_path)', made);
        execute format('create policy make on %I for insert with check (grid_path <@ (select app_scope()))', made);
        execute format('create policy change on %I for update using (grid_path <@ (select app_scope()))', made);
    end loop;
    foreach made in array array['exam_results', 'hand_overs', 'hand_over_items'] loop
        execute format('alter table %I enable row level security', made);
        execute format('create policy scope on %I for select using (grid_path <@ (select app_scope()))', made);
        execute format('create policy make on %I for insert with check (grid_path <@ (select app_scope()))', made);
    end loop;
end $$;
create policy own on exam_results for select using (person_id = (select app_person()));
create policy change on exam_results for update using (grid_path <@ (select app_scope()));

grant select on certificates, certificate_requirements, training_plans, courses, exams, exam_results, hand_overs, hand_over_items
    to wangge_app;
grant insert (id, name, name_pinyin, kind, state, employee_no, gender, birth_year, education, post, joined_on, nominated_by, nominated_at,
    unit_id, grid_path) on people to wangge_app;
grant update (name, name_pinyin, kind, state, employee_no, gender, birth_year, education, post, joined_on, left_on, leaving_reason,
    nominated_by, nominated_at, decided_by, decided_at, decision_reason, version) on people to wangge_app;
grant insert (id, person_id, grid_id, grid_path, duty, tasks, is_main, valid_from, valid_to) on duties to wangge_app;
grant update (duty, tasks, is_main, valid_to, end_reason, version) on duties to wangge_app;
grant update (assignee_id) on patrols to wangge_app;
grant insert (id, person_id, kind, number, issuer, issued_on, expires_on, document_sha256, document_name, entered_by, grid_path)
    on certificates to wangge_app;
grant update (number, issuer, issued_on, expires_on, revoked_on, revoked_reason, document_sha256, document_name, version)
    on certificates to wangge_app;
grant insert (id, year, title, goal, target_people, unit_id, created_by, grid_path) on training_plans to wangge_app;
grant update (title, goal, target_people, version) on training_plans to wangge_app;
grant insert (id, plan_id, title, teacher, hours, held_on, place, material_url, grid_path) on courses to wangge_app;
grant update (title, teacher, hours, held_on, place, material_url, version) on courses to wangge_app;
grant insert (id, plan_id, title, held_on, place, certificate_kind, pass_mark, full_mark, grid_path) on exams to wangge_app;
grant update (title, held_on, place, version) on exams to wangge_app;
grant insert (id, exam_id, person_id, score, pass_mark, full_mark, entered_by, grid_path) on exam_results to wangge_app;
grant update (score, certificate_id, entered_by, entered_at) on exam_results to wangge_app;
grant insert (id, person_id, cause, reason, ends_on, done_by, grid_path) on hand_overs to wangge_app;
grant insert (id, hand_over_id, kind, subject_id, outcome, receiver_id, reason, details, grid_path) on hand_over_items to wangge_app;
