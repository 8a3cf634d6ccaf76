-- Access: one predicate, the grid's path inside the acting scope. The API's role owns nothing and cannot bypass it.
-- "(select app_scope())" is computed once a query, not once a row.
alter table grids enable row level security;
create policy scope on grids for select using (path <@ (select app_scope()));

alter table duties enable row level security;
create policy scope on duties for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()));

-- One sees one's subtree and, upwards, the units and people one answers to.
alter table units enable row level security;
create policy scope on units for select using (grid_path <@ (select app_scope()) or (select app_scope()) <@ grid_path);
alter table people enable row level security;
create policy scope on people for select
using (grid_path <@ (select app_scope()) or (select app_scope()) <@ grid_path or id = (select app_person()));

alter table patrols enable row level security;
create policy scope on patrols for select using (grid_path <@ (select app_scope()) or assignee_id = (select app_person()));
create policy plan on patrols for insert with check (grid_path <@ (select app_scope()) and planned_by = (select app_person()));
create policy work on patrols for update using (grid_path <@ (select app_scope()) or assignee_id = (select app_person()));

alter table patrol_stops enable row level security;
create policy scope on patrol_stops for select using (grid_path <@ (select app_scope()) or assignee_id = (select app_person()));
create policy plan on patrol_stops for insert with check (grid_path <@ (select app_scope()));
create policy work on patrol_stops for update using (grid_path <@ (select app_scope()) or assignee_id = (select app_person()));

alter table employers enable row level security;
create policy scope on employers for select
using (grid_path <@ (select app_scope())
       or id in (select employer_id from patrol_stops where assignee_id = (select app_person()) and is_open));
create policy register on employers for insert with check (registered_by = (select app_person()) and review_state = 'waiting_review');
create policy review on employers for update using (grid_path <@ (select app_scope()));

-- Facts from the field: the subtree's, and one's own whatever became of one's grid. One may only write as oneself.
do $$
declare fact text;
begin
    foreach fact in array array['check_ins', 'visits', 'evidence', 'uploads', 'sync_operations'] loop
        execute format('alter table %I enable row level security', fact);
        execute format('create policy scope on %I for select using (grid_path <@ (select app_scope()) or person_id = (select app_person()))', fact);
        execute format('create policy record on %I for insert with check (person_id = (select app_person()))', fact);
    end loop;
end $$;
create policy arrive on evidence for update using (person_id = (select app_person()));
create policy arrive on uploads for update using (person_id = (select app_person()));
create policy settle on sync_operations for update using (person_id = (select app_person()));

-- The visit is looked up by its id alone: written as a membership test, the planner reads all the person's visits instead.
alter table findings enable row level security;
create policy scope on findings for select
using (grid_path <@ (select app_scope()) or (select v.person_id from visits v where v.id = visit_id) = (select app_person()));
create policy record on findings for insert
with check ((select v.person_id from visits v where v.id = visit_id) = (select app_person()));

alter table changes enable row level security;
create policy scope on changes for select using (channel = (select app_person()) or grid_path <@ (select app_scope()));

-- The API's role.
do $$
begin
    if not exists (select from pg_roles where rolname = 'wangge_app') then
        create role wangge_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
end $$;
revoke create on schema public from public;
grant usage on schema public to wangge_app;
grant select on grids, duties, units, people, patrols, patrol_stops, employers, check_ins, visits, findings, evidence, uploads,
    sync_operations, changes, feed, policies, role_rights, alembic_version to wangge_app;
grant insert on employers, patrols, patrol_stops, check_ins, visits, findings, evidence, uploads, sync_operations to wangge_app;
grant update (name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code, employees, review_state,
    review_reason, reviewed_by, reviewed_at, version) on employers to wangge_app;
grant update (status, started_at, finished_at, closing_note, version) on patrols to wangge_app;
grant update (status) on patrol_stops to wangge_app;
grant update (copy_state, original_state, stored_at, thumbnail_state, problem) on evidence to wangge_app;
grant update (finished_at) on uploads to wangge_app;
grant update (outcome, problem, flags, waiting_for, entity_id, grid_path) on sync_operations to wangge_app;
