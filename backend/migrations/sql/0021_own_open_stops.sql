-- Whom the acting person has on an open patrol. The policies ask for it only where the scope alone does not let a row through; as a
-- function it is planned once a connection, and not with its own policies into every statement about employers.
create function own_open_stops() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = public, pg_temp as $$
begin
    return array(select employer_id from patrol_stops where assignee_id = app_person() and is_open);
end $$;
revoke all on function own_open_stops() from public;
grant execute on function own_open_stops() to wangge_app;

-- `coalesce` keeps the planner from taking the policy for a filter that lets hardly anything through: the statements say themselves what
-- they are about.
alter policy scope on employers
using (grid_path <@ (select app_scope()) or coalesce(id = any ((select own_open_stops())::uuid[]), false));
alter policy scope on employer_forms
using (grid_path <@ (select app_scope()) or coalesce(employer_id = any ((select own_open_stops())::uuid[]), false));
alter policy scope on key_list_entries
using (grid_path <@ (select app_scope()) or coalesce(employer_id = any ((select own_open_stops())::uuid[]), false));
