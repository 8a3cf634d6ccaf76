-- Matching a list of a million rows with as many files: what the pairs cost, and what writing an employer costs.

create index ix_employer_keys_pinyin on employer_keys (pinyin);
drop index ix_employers_reviewed_by, ix_employers_duplicate_of, ix_employers_registered_by, ix_employers_merged_into;
create index ix_employers_reviewed_by on employers (reviewed_by) where reviewed_by is not null;
create index ix_employers_duplicate_of on employers (duplicate_of) where duplicate_of is not null;
create index ix_employers_registered_by on employers (registered_by) where registered_by is not null;
create index ix_employers_merged_into on employers (merged_into) where merged_into is not null;

-- As before: every pair that is worth a look, with its points and why. Points are put into columns once (a value that an inlined query
-- names five times is worked out five times), and reasons are put together for those alone that have enough of them. A row without a
-- place is compared with files of the same sound, address or number only: nothing else can bring it enough.
create or replace function match_scores(kind text, ids uuid[])
returns table (subject_id uuid, employer_id uuid, score int, reasons jsonb)
language plpgsql stable security definer set search_path = public, pg_temp set jit = off as $$
declare
    near_m float8 := (policy('match_near_m'))::float8;
    far_m float8 := (policy('match_far_m'))::float8;
    ask int := (policy('match_ask_from'))::int;
    w record;
begin
    select * into w from jsonb_to_record(policy('match_weights')) as x(
        code_same int, code_other int, name_same int, name_sounds int, name_alike int, branch_differs int, place_differs int,
        address_same int, address_alike int, phone_same int, near int, far int, same_grid int);
    return query
    with s as materialized (
        select r.id, r.uscc, r.name_key, r.core, r.pinyin, r.place, r.address_key, digits_of(r.contact_phone) as phone, r.position,
               r.grid_path, r.blocks, l.path as within
        from registry_rows r join grids l on l.id = r.list_grid_id where kind = 'registry_row' and r.id = any(ids)
        union all
        select e.id, e.uscc, k.name_key, k.core, k.pinyin, k.place, k.address_key, k.phone, e.position, e.grid_path, k.blocks,
               case when nlevel(e.grid_path) > 2 then subpath(e.grid_path, 0, 2) else e.grid_path end
        from employers e join employer_keys k on k.employer_id = e.id where kind = 'sighting' and e.id = any(ids)
    ),
    by_code as materialized (
        select s.id as subject, e.id as employer from s join employers e on e.uscc = s.uscc
        where e.review_state <> 'returned' and e.duplicate_of is null and e.id <> s.id
    ),
    open_ones as materialized (
        select s.*,
               -- a name that is only alike cannot bring enough without a place near by: then only what can is looked up
               s.position is not null or w.name_alike + w.address_alike > ask as is_wide
        from s where s.id not in (select b.subject from by_code b)
    ),
    pairs as (
        select subject, employer from by_code
        union
        select s.id, k.employer_id
        from open_ones s cross join lateral (select x.employer_id from employer_keys x where x.blocks && s.blocks limit 400) k where s.is_wide
        union
        select s.id, k.employer_id
        from open_ones s cross join lateral (
            (select x.employer_id from employer_keys x where x.pinyin = s.pinyin and s.pinyin <> '' limit 400)
            union all
            (select x.employer_id from employer_keys x
              where x.blocks && array(select b from unnest(s.blocks) b where b ~ '^[at]:') limit 400)) k
        where not s.is_wide
    ),
    compared as materialized (
        select p.subject, p.employer, s.uscc = e.uscc as code_same, s.uscc <> e.uscc as code_other,
               s.name_key = k.name_key as name_same, s.pinyin = k.pinyin and s.pinyin <> '' as sounds,
               greatest(similarity(s.core, k.core), 0.9 * similarity(s.pinyin, k.pinyin)) as alike,
               split_part(s.name_key, '|', 2) <> split_part(k.name_key, '|', 2) as branch_differs,
               s.place <> k.place and s.place <> '' and k.place <> '' as place_differs,
               s.address_key = k.address_key and s.address_key ~ '\d' as address_same,
               case when s.address_key <> '' and k.address_key <> '' then similarity(s.address_key, k.address_key) else 0 end as address_alike,
               s.phone = k.phone and length(s.phone) >= 7 as phone_same,
               ST_Distance(s.position::geography, e.position::geography) as metres,
               s.grid_path = e.grid_path and nlevel(s.grid_path) = 4 as same_grid
        from pairs p join s on s.id = p.subject join employers e on e.id = p.employer join employer_keys k on k.employer_id = p.employer
        where e.review_state <> 'returned' and e.duplicate_of is null and e.id <> s.id
          and (kind = 'registry_row' or e.review_state = 'accepted')
          and (s.uscc = e.uscc or e.grid_path <@ s.within)
    ),
    -- points in columns first: reasons are put together for the few that have enough
    weighed as materialized (
        select c.*, case when c.code_same then w.code_same when c.code_other then w.code_other end as code_points,
               case when c.name_same then w.name_same when c.sounds then w.name_sounds
                    when c.alike >= 0.4 then round(w.name_alike * c.alike)::int end as name_points,
               case when c.address_same then w.address_same when c.address_alike >= 0.5 then round(w.address_alike * c.address_alike)::int end as address_points,
               case when c.metres <= near_m then w.near when c.metres > far_m then w.far end as distance_points
        from compared c
    ),
    enough as materialized (
        select d.*, coalesce(d.code_points, 0) + coalesce(d.name_points, 0) + coalesce(d.address_points, 0) + coalesce(d.distance_points, 0)
                    + case when d.branch_differs then w.branch_differs else 0 end + case when d.place_differs then w.place_differs else 0 end
                    + case when d.phone_same then w.phone_same else 0 end + case when d.same_grid then w.same_grid else 0 end as total
        from weighed d
    )
    select t.subject, t.employer, least(100, t.total)::int,
           (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', x.code, 'points', x.points, 'seen', x.seen)) order by abs(x.points) desc, x.code)
            from (values
                (case when t.code_same then 'code_same' else 'code_other' end, t.code_points, null::float8),
                (case when t.name_same then 'name_same' when t.sounds then 'name_sounds' else 'name_alike' end, t.name_points,
                 case when not t.name_same and not t.sounds then round((t.alike * 100)::numeric)::float8 end),
                ('branch_differs', case when t.branch_differs then w.branch_differs end, null),
                ('place_differs', case when t.place_differs then w.place_differs end, null),
                (case when t.address_same then 'address_same' else 'address_alike' end, t.address_points,
                 case when not t.address_same then round((t.address_alike * 100)::numeric)::float8 end),
                ('phone_same', case when t.phone_same then w.phone_same end, null),
                (case when t.metres <= near_m then 'near' else 'far' end, t.distance_points, round(t.metres)::float8),
                ('same_grid', case when t.same_grid then w.same_grid end, null)
            ) as x(code, points, seen) where x.points is not null)
    from enough t where t.total >= ask;
end $$;
