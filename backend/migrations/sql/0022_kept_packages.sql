-- Parts of work packages, compressed as they travel: what they hold is seen by whoever sees the grid, and by nobody else.
alter table kept_packages alter column body set storage external;
alter table kept_packages enable row level security;
create policy scope on kept_packages for select using (grid_path <@ (select app_scope()));
create policy keep on kept_packages for insert with check (grid_path <@ (select app_scope()));
create policy let_go on kept_packages for delete using (grid_path <@ (select app_scope()));
grant select, insert, delete on kept_packages to wangge_app;

-- A grid that goes to another parent is seen by others: what was kept of it is made anew.
create function grids_let_go_of_packages() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from kept_packages where grid_id = new.id;
    return null;
end $$;
create trigger grids_let_go_of_packages after update of path on grids
for each row when (old.path is distinct from new.path) execute function grids_let_go_of_packages();

insert into policies (key, valid_from, value, unit, source) values
 ('kept_package_employers', '2026-01-01', '500', 'employers of a part', 'docs/decisions/0029: as many as a phone asks for at once'),
 ('kept_package_changes', '2026-01-01', '500', 'changes', 'docs/decisions/0029: more of them after a kept package, and it is made anew');
