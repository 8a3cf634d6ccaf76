-- One sees one's subtree and, upwards, the units that answer for it, their powers and what they have entrusted.
create policy found on units for insert with check (grid_path <@ (select app_scope()));
create policy edit on units for update using (grid_path <@ (select app_scope()));

do $$
declare belonging text;
begin
    foreach belonging in array array['intake_counters', 'unit_powers'] loop
        execute format('alter table %I enable row level security', belonging);
        execute format('create policy scope on %I for select
            using (grid_path <@ (select app_scope()) or (select app_scope()) <@ grid_path)', belonging);
        execute format('create policy begin_it on %I for insert with check (grid_path <@ (select app_scope()))', belonging);
        execute format('create policy end_it on %I for update using (grid_path <@ (select app_scope()))', belonging);
    end loop;
end $$;

alter table employer_designations enable row level security;
create policy scope on employer_designations for select using (grid_path <@ (select app_scope()));
create policy designate on employer_designations for insert
with check (grid_path <@ (select app_scope()) and set_by = (select app_person()));
create policy end_it on employer_designations for update using (grid_path <@ (select app_scope()));

-- The area lies in the agent's territory and that in the principal's, so both see it by the area; written only by the principal.
alter table entrustments enable row level security;
create policy scope on entrustments for select using (grid_path <@ (select app_scope()) or (select app_scope()) <@ grid_path);
create policy draw_up on entrustments for insert
with check (principal_path <@ (select app_scope()) and created_by = (select app_person()) and state = 'draft');
create policy decide on entrustments for update using (principal_path <@ (select app_scope()));

alter table entrustment_employers enable row level security;
create policy scope on entrustment_employers for select using (grid_path <@ (select app_scope()));
create policy name_them on entrustment_employers for insert
with check (grid_path <@ (select app_scope())
            and (select t.principal_path from entrustments t where t.id = entrustment_id) <@ (select app_scope()));
create policy rename_them on entrustment_employers for delete
using ((select t.state = 'draft' and t.principal_path <@ (select app_scope()) from entrustments t where t.id = entrustment_id));

grant select on matters, powers, power_holders, intake_counters, unit_powers, employer_designations, entrustments,
    entrustment_employers to wangge_app;
grant insert on units, intake_counters, unit_powers, employer_designations, entrustments, entrustment_employers to wangge_app;
grant delete on entrustment_employers to wangge_app;
grant update (name, kind, parent_id, contact_name, contact_phone, address, closed_on, close_reason, version) on units to wangge_app;
grant update (valid_to) on intake_counters, unit_powers to wangge_app;
grant update (valid_to, ended_by, ended_at, end_reason) on employer_designations to wangge_app;
grant update (principal_id, agent_id, matters, powers, reach, grid_id, valid_from, valid_to, document_name, document_number,
    document_sha256, document_media_type, document_bytes, published_on, published_where, overlap_reason, note, state,
    put_in_force_by, put_in_force_at, ended_on, ended_by, ended_at, end_reason, version) on entrustments to wangge_app;
