-- The last day until which a person may be sent out, as of a day: the longest of her certificates that are valid then and of
-- a kind that lets her kind of person work then; 'infinity' without an end; null when she has none.
create function certified_until(person uuid, day date) returns date language sql stable as $$
    select max(coalesce(c.expires_on, 'infinity'::date))
    from people p
    join certificate_requirements r on r.person_kind = p.kind and r.valid_from <= day and (r.valid_to is null or r.valid_to >= day)
    join certificates c on c.person_id = p.id and c.kind = r.certificate_kind and c.issued_on <= day
     and (c.expires_on is null or c.expires_on >= day) and (c.revoked_on is null or c.revoked_on > day)
    where p.id = person
$$;

create function certified_on(person uuid, day date) returns boolean language sql stable as
$$ select certified_until(person, day) is not null $$;

-- Refuse with all that a sentence needs: who, on which day, what is missing, and what she last had.
create function require_certificate(person uuid, day date) returns void
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if certified_until(person, day) is not null then
        return;
    end if;
    raise check_violation using message = 'no valid certificate on the day', constraint = 'certified_on_the_day',
        detail = (select json_build_object(
            'person_id', p.id, 'name', p.name, 'on', day,
            'needs', coalesce((select json_agg(r.certificate_kind order by r.certificate_kind) from certificate_requirements r
                               where r.person_kind = p.kind and r.valid_from <= day and (r.valid_to is null or r.valid_to >= day)), '[]'),
            'last', (select json_build_object('kind', c.kind, 'number', c.number, 'expires_on', c.expires_on, 'revoked_on', c.revoked_on)
                     from certificates c where c.person_id = p.id and c.issued_on <= day order by c.expires_on desc nulls first limit 1))
            from people p where p.id = person)::text;
end $$;

create function duty_needs_certificate() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' or new.person_id <> old.person_id or new.valid_from < old.valid_from then
        perform require_certificate(new.person_id, new.valid_from);
    elsif old.valid_to is not null and (new.valid_to is null or new.valid_to > old.valid_to) then
        perform require_certificate(new.person_id, greatest(old.valid_to + 1, new.valid_from)); -- the first day that is added
    end if;
    return new;
end $$;
create trigger duty_needs_certificate before insert or update of person_id, valid_from, valid_to on duties
for each row execute function duty_needs_certificate();

create function patrol_needs_certificate() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' or new.assignee_id <> old.assignee_id or new.planned_on <> old.planned_on then
        perform require_certificate(new.assignee_id, new.planned_on);
    end if;
    return new;
end $$;
create trigger patrol_needs_certificate before insert or update of assignee_id, planned_on on patrols
for each row execute function patrol_needs_certificate();

-- One main owner of a grid at a time.
alter table duties add constraint ex_duties_main_owner
exclude using gist (grid_id with =, daterange(valid_from, valid_to, '[]') with &&) where (is_main);

-- No open patrol of somebody who holds no appointment on its day: looked at when the transaction ends, so that a hand-over may
-- go about it in any order.
create function patrol_is_nobodys(patrol uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from patrols p where p.id = patrol and p.status in ('planned', 'started') and not exists (
        select from appointments a where a.person_id = p.assignee_id and a.valid_from <= p.planned_on
        and (a.valid_to is null or a.valid_to >= p.planned_on)))
$$;
create function patrol_is_not_orphaned() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if patrol_is_nobodys(new.id) then
        raise check_violation using message = 'an open patrol of somebody without an appointment', constraint = 'open_patrol_has_somebody';
    end if;
    return null;
end $$;
create constraint trigger patrol_is_not_orphaned after insert or update of assignee_id, planned_on, status on patrols
deferrable initially deferred for each row execute function patrol_is_not_orphaned();

create function appointment_leaves_no_orphan() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from patrols p where p.assignee_id = old.person_id and p.planned_on >= old.valid_from
               and p.status in ('planned', 'started') and patrol_is_nobodys(p.id)) then
        raise check_violation using message = 'an open patrol of somebody without an appointment', constraint = 'open_patrol_has_somebody';
    end if;
    return null;
end $$;
create constraint trigger appointment_leaves_no_orphan after update of valid_from, valid_to, person_id or delete on appointments
deferrable initially deferred for each row execute function appointment_leaves_no_orphan();

-- Who can be sent out on a day, of the acting scope: people whose role takes patrols on a phone, appointed in the scope or
-- holding a duty there, with a certificate that is valid on the day. ``subtree`` narrows to those whose grid lies in it or
-- around it; ``with_certificate`` false leaves the certificate out of it.
drop function people_assignable(date, ltree);
create function people_assignable(on_day date, subtree ltree, with_certificate boolean default true) returns table (person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    with reach as (
        select a.person_id, a.grid_path from appointments a
        where a.valid_from <= on_day and (a.valid_to is null or a.valid_to >= on_day)
        union all
        select d.person_id, d.grid_path from duties d
        where d.valid_from <= on_day and (d.valid_to is null or d.valid_to >= on_day)
    )
    select distinct r.person_id from reach r
    where r.grid_path <@ app_scope() and (subtree is null or r.grid_path <@ subtree or r.grid_path @> subtree)
      and exists (select from appointments a join role_rights t on t.role = a.role and t.right_code = 'field.pull'
                  where a.person_id = r.person_id and a.valid_from <= on_day and (a.valid_to is null or a.valid_to >= on_day))
      and (not with_certificate or certified_until(r.person_id, on_day) is not null)
$$;

-- What stands in the way of sending a person of the scope out on a day, as codes; empty when nothing does.
create function why_not_assignable(person uuid, on_day date) returns text[]
language sql stable security definer set search_path = public, pg_temp as $$
    select array_remove(array[
        case when held.roles is null then 'no_appointment'
             when not exists (select from role_rights t where t.role = any(held.roles) and t.right_code = 'field.pull')
             then 'role_without_phone' end,
        case when held.roles is not null and not exists (select from people_assignable(on_day, null, false) a where a.person_id = person)
             then 'outside_scope' end,
        case when certified_until(person, on_day) is null then 'not_certified' end], null)
    from (select array_agg(a.role::text) as roles from appointments a where a.person_id = person
          and a.valid_from <= on_day and (a.valid_to is null or a.valid_to >= on_day)) held
$$;

-- Who holds certificates under these numbers; somebody outside the acting scope only as taken (an id that is nobody's).
create function certificate_holders(kinds text[], issuers text[], numbers text[])
returns table (kind text, issuer text, number text, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.kind::text, c.issuer::text, c.number::text,
           case when c.grid_path <@ app_scope() then c.person_id else '00000000-0000-0000-0000-000000000000'::uuid end
    from unnest(kinds, issuers, numbers) as w(kind, issuer, number)
    join certificates c on c.kind = w.kind and c.issuer = w.issuer and c.number = w.number
$$;
