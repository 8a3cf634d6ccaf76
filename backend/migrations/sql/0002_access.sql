alter table grid_changes enable row level security;
create policy scope on grid_changes for select using (grid_path <@ (select app_scope()));
alter table grid_versions enable row level security;
create policy scope on grid_versions for select using (path <@ (select app_scope()));
alter table employer_moves enable row level security;
create policy scope on employer_moves for select
using (grid_path <@ (select app_scope()) or from_path <@ (select app_scope()));
alter table tiling_checks enable row level security; -- nobody's but the triggers'

grant select on grid_changes, grid_versions, employer_moves to wangge_app;
revoke all on function note_tiling(), check_tiling(), remember_grids() from public;

insert into role_rights (role, right_code) values ('city', 'grid.edit'), ('county', 'grid.edit');

insert into policies (key, valid_from, value, unit, source) values
 ('grid_min_area_m2', '2026-01-01', '100', 'm²', 'docs/decisions/0010: deployment''s choice; the smallest community of the city measures 1,600 m²'),
 ('grid_border_snap_m', '2026-01-01', '30', 'm', 'docs/decisions/0010: how near a new border must end to where the old one did'),
 ('grid_editing_features_max', '2026-01-01', '1500', 'grids', 'docs/decisions/0010: what a browser edits smoothly');
