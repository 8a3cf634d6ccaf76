-- The key supervision list in the field: its entries travel to the phones with their facts, and are acknowledged there.

-- Takes note of an employer's entries: of all that are named, or, where one of them is not the employer's, of none and nothing is told.
-- Told is whether the acting person's note stands there. Whoever could reach the employer on that day may, as with whatever is recorded.
create function key_list_take_note(wanted uuid, entries uuid[], moment timestamptz, said text)
returns table (entry_id uuid, is_own boolean)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    place ltree;
    named text[];
begin
    select r.grid_path into place
    from employers_for_push(array[wanted], array[(moment at time zone 'Asia/Shanghai')::date]) r where r.reach <> 'none';
    if not found or exists (select from unnest(entries) e where not exists (
        select from key_list_entries k where k.id = e and k.employer_id = wanted)) then
        return;
    end if;
    with noted as (
        update key_list_entries k
           set acknowledged_by = app_person(), acknowledged_at = moment, acknowledged_note = said, version = k.version + 1
         where k.employer_id = wanted and k.id = any(entries) and k.acknowledged_at is null
        returning k.criterion
    )
    select array_agg(n.criterion order by n.criterion) into named from noted n;
    if named is not null then
        perform audit('key_list_acknowledged', 'employer', wanted, jsonb_build_object('criteria', named, 'note', said), place);
    end if;
    return query
    select k.id, k.acknowledged_by = app_person() from key_list_entries k where k.employer_id = wanted and k.id = any(entries);
end $$;
revoke all on function key_list_take_note(uuid, uuid[], timestamptz, text) from public;
grant execute on function key_list_take_note(uuid, uuid[], timestamptz, text) to wangge_app;

-- As before, and what the facts of an entry have become is told to the phones too.
create or replace function key_list_left_to_employers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update employers e
       set on_key_list = exists (select from key_list_entries k where k.employer_id = e.id and k.left_on is null)
     where e.id in (select coalesce(n.employer_id, o.employer_id) from old_rows o full join new_rows n using (id)
                    where (n.left_on, n.acknowledged_at, n.facts) is distinct from (o.left_on, o.acknowledged_at, o.facts));
    return null;
end $$;
