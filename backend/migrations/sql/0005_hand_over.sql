-- Duties and open patrols of a person that lie outside the acting scope: they would be orphaned by a hand-over made here.
create function work_elsewhere(person uuid, last_day date) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from duties d where d.person_id = person and (d.valid_to is null or d.valid_to > last_day)
            and not d.grid_path <@ app_scope())
         + (select count(*) from patrols t where t.assignee_id = person and t.status in ('planned', 'started')
            and not t.grid_path <@ app_scope())
    where may_keep(person)
$$;

-- Who of these can take work over from a day on: people of the acting scope who are appointed then.
create function can_receive(people_ids uuid[], days date[]) returns table (ordinal bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.ordinal from unnest(people_ids, days) with ordinality as w(id, on_day, ordinal) join people p on p.id = w.id
    where p.grid_path <@ app_scope() and exists (
        select from appointments a where a.person_id = w.id and a.valid_from <= w.on_day and (a.valid_to is null or a.valid_to >= w.on_day))
$$;

-- End a person's duties on her last day, those that have not begun at once; and begin them anew for whoever receives them (null:
-- nobody, the grid is a gap). Somebody who answers for the grid already only becomes its main owner where the giver was.
create function hand_duties_over(giver uuid, last_day date, ids uuid[], receivers uuid[], why text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not may_keep(giver) or exists (select from unnest(receivers) as r(id) where r.id is not null and not may_keep(r.id))
       or exists (select from duties d where d.id = any(ids) and (d.person_id <> giver or not d.grid_path <@ app_scope())) then
        raise insufficient_privilege using message = 'not in the acting scope';
    end if;
    create temp table given on commit drop as
    select d.id, d.grid_id, d.grid_path, d.duty, d.tasks, d.is_main, greatest(d.valid_from, last_day + 1) as first_day, d.valid_to, w.receiver
    from unnest(ids, receivers) as w(id, receiver) join duties d on d.id = w.id;
    delete from duties d using given g where d.id = g.id and d.valid_from > last_day;
    update duties d set valid_to = last_day, end_reason = why, version = d.version + 1 from given g where d.id = g.id;
    update duties d set is_main = true, version = d.version + 1 from given g
     where g.is_main and g.receiver = d.person_id and d.grid_id = g.grid_id and not d.is_main and d.valid_from <= g.first_day
       and (d.valid_to is null or d.valid_to >= g.first_day);
    insert into duties (id, person_id, grid_id, grid_path, duty, tasks, is_main, valid_from, valid_to)
    select gen_random_uuid(), g.receiver, g.grid_id, g.grid_path, g.duty, g.tasks, g.is_main, g.first_day, g.valid_to
    from given g
    where g.receiver is not null and not exists (
        select from duties d where d.person_id = g.receiver and d.grid_id = g.grid_id and d.valid_from <= g.first_day
        and (d.valid_to is null or d.valid_to >= g.first_day));
    drop table given;
end $$;

-- Give open patrols to others; one whose day has passed is planned for today. Their stops follow by trigger.
create function hand_patrols_over(giver uuid, ids uuid[], receivers uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not may_keep(giver) or exists (select from unnest(receivers) as r(id) where not may_keep(r.id))
       or exists (select from patrols t where t.id = any(ids) and (t.assignee_id <> giver or not t.grid_path <@ app_scope())) then
        raise insufficient_privilege using message = 'not in the acting scope';
    end if;
    update patrols t set assignee_id = w.receiver, planned_on = greatest(t.planned_on, china_today()), version = t.version + 1
      from unnest(ids, receivers) as w(id, receiver) where t.id = w.id and t.status in ('planned', 'started');
end $$;
