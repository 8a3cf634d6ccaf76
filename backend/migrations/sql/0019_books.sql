-- Books (一格一册, 一企一档): who sees that one was made, and how a process that works after the request has been answered acts
-- as the one who asked, in the scope in which she asked, until that making ends.
alter table books enable row level security;
create policy scope on books for select using (grid_path <@ (select app_scope()));
create policy begin on books for insert
with check (grid_path <@ (select app_scope()) and made_by = (select app_person()) and scope::ltree[] = (select app_scope()));
create policy work on books for update using (grid_path <@ (select app_scope()));

grant select on books to wangge_app;
grant insert (id, kind, grid_id, grid_path, employer_id, title, language, period_from, period_to, state, stage, attempt, scope, made_by,
    expires_at) on books to wangge_app;
grant update (state, stage, attempt, alive_at, problem, pages, facts, pdf_bytes, pdf_sha256, xlsx_bytes, xlsx_sha256, finished_at)
    on books to wangge_app;

create function book_enter(wanted uuid) returns table (id uuid, kind text, grid_id uuid, grid_path text, employer_id uuid, language text,
                                                       period_from date, period_to date, made_at timestamptz, made_by text, unit text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare b record;
begin
    select x.*, p.name as person, u.name as unit_name into b
      from books x join people p on p.id = x.made_by left join units u on u.id = p.unit_id
     where x.attempt = wanted and x.state = 'making';
    if b.id is null then return; end if;
    perform set_config('app.person_id', b.made_by::text, true),
            set_config('app.session_id', '', true),
            set_config('app.scope', b.scope::text, true);
    return query select b.id, b.kind::text, b.grid_id, b.grid_path::text, b.employer_id, b.language::text, b.period_from, b.period_to,
        b.made_at, b.person::text, b.unit_name::text;
end $$;

-- What a server's end interrupted has failed; what has been kept for its time goes. Each making gives a sign of life every few
-- seconds.
create function books_tidy(silent_s int, problem jsonb) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from books b where b.expires_at < now() and b.state <> 'making';
    update books b set state = 'failed', stage = '', attempt = null, problem = books_tidy.problem, finished_at = now()
     where b.state = 'making' and b.alive_at < now() - make_interval(secs => silent_s);
$$;

-- Which of these books there still are: for whoever clears the folder of their files.
create function books_known(ids uuid[]) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$ select b.id from books b where b.id = any(ids) $$;

-- An employer's books lie where the employer does.
create function books_take_along() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update books b set grid_id = new.grid_id, grid_path = new.grid_path where b.employer_id = new.id;
    return null;
end $$;
create trigger books_take_along after update of grid_path on employers
for each row when (old.grid_path is distinct from new.grid_path) execute function books_take_along();

-- The grids beside one, for its map: names and borders of the same level, cut to a box that is wider than any sheet shows
-- (``margin`` of the longer side on each side). Who lives there is not told.
create function grids_beside(wanted uuid, margin float8) returns table (name text, shape json)
language sql stable security definer set search_path = public, pg_temp as $$
    select n.name::text, ST_AsGeoJSON(ST_ClipByBox2D(ST_SimplifyPreserveTopology(n.geom, m.reach / 2000), m.box), 6)::json
    from grids g
    cross join lateral (select greatest(ST_XMax(g.geom) - ST_XMin(g.geom), ST_YMax(g.geom) - ST_YMin(g.geom)) as reach) r
    cross join lateral (select r.reach, ST_Expand(ST_Envelope(g.geom), r.reach * margin) as box) m
    join grids n on n.geom && m.box and n.level = g.level and n.id <> g.id and n.valid_to is null
    where g.id = wanted and g.path <@ app_scope()
    order by n.code limit 200
$$;

insert into rights (code, seq, kind, zh, en, opens_zh, opens_en) values
 ('book.make', 620, 'read', '制作一格一册和单位档案册', 'Make books', '把网格或单位的资料制成可打印的 PDF 和电子表格，制作和下载都记入审计日志',
  'A grid or an employer as a printable PDF and a spreadsheet; making and taking are logged');
insert into role_rights (role, right_code) values
 ('city', 'book.make'), ('county', 'book.make'), ('street', 'book.make'), ('auditor', 'book.make');

insert into policies (key, valid_from, value, unit, source) values
 ('book_keep_days', '2026-01-01', '30', 'days', 'docs/decisions/0027: deployment''s choice; a book holds what was true on its day'),
 ('book_period_days', '2026-01-01', '365', 'days', 'docs/decisions/0027: visits of the last year, where nobody says otherwise'),
 ('book_printed_rows', '2026-01-01', '6000', 'rows of one table', 'docs/decisions/0027: some 250 pages; the spreadsheet holds the rest'),
 ('book_sheet_rows', '2026-01-01', '100000', 'rows of one sheet', 'docs/decisions/0027'),
 ('book_photos', '2026-01-01', '60', 'photos of an employer', 'docs/decisions/0027: the newest; evidence packages hold all'),
 ('book_seconds', '2026-01-01', '600', 's', 'docs/decisions/0027: 5,000 employers take 40 s of a processor; a busy machine takes its time'),
 ('book_waiting', '2026-01-01', '3', 'books being made for one person', 'docs/decisions/0027');
