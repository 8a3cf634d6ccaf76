-- How often an employer wants to be seen follows from how it stands: its grade (诚信等级), the key list (重点监管).
-- The city's notice says that the grade drives the frequency and gives no number.
insert into policies (key, valid_from, value, unit, source) values
 ('visit_interval_days', '2026-01-01', '{"A": 365, "B": 180, "C": 90, "ungraded": 180, "key_list": 30}', 'days',
  'city notice, mode 3 (分类监管): the grade drives the frequency; the numbers are the deployment''s choice, to be set by the city');

-- Days between two visits that a day's policy asks for; a grade that the policy does not name counts as none, and the key list
-- can only make it shorter.
create function visit_interval_days(grade text, on_key_list boolean, on_day date) returns int
language sql stable set search_path = public, pg_temp as $$
    select least(coalesce((p.value ->> grade)::int, (p.value ->> 'ungraded')::int),
                 case when on_key_list then (p.value ->> 'key_list')::int end)
    from (select policy('visit_interval_days', on_day) as value) p
$$;
