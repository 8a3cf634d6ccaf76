-- What whoever has just entered may hear of: her grids in the order of their ids (each path of the scope is looked up by itself: the policy
-- alone is a look at every grid), how far the feed may be read, and what it says after a place, if one is given. It takes the state of the
-- entering, so that it is asked after it in the same statement; it runs as the caller, under her policies.
create function feed_of_scope(state text, after_tx bigint, after_seq bigint, at_most int)
returns table (grid_ids uuid[], epoch uuid, frontier bigint, txs bigint[], seqs bigint[], kinds text[], ids uuid[])
language plpgsql as $$
begin
    if state <> 'ok' then
        return;
    end if;
    select array(select distinct g.id from unnest(app_scope()) held join grids g on g.path <@ held where g.valid_to is null order by g.id),
           f.epoch, feed_frontier()
      into grid_ids, epoch, frontier from feed f order by f.started_at desc limit 1;
    if after_tx is not null then
        select array_agg(c.tx), array_agg(c.seq), array_agg(c.kind), array_agg(c.entity_id) into txs, seqs, kinds, ids
          from (select c.* from unnest(grid_ids || app_person()) heard cross join lateral (
                    select x.tx, x.seq, x.kind::text, x.entity_id from changes x
                     where x.channel = heard and (x.tx, x.seq) > (after_tx, after_seq) and x.tx < frontier
                     order by x.tx, x.seq limit at_most) c
                 order by c.tx, c.seq limit at_most) c;
    end if;
    return next;
end $$;

-- Called by functions of the owner alone, and read as a part of theirs: on its own it was half of the time of an entering.
alter function held_paths(uuid, date) security invoker;
alter function held_paths(uuid, date) reset search_path;
revoke all on function held_paths(uuid, date) from public;
