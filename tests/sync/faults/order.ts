/** S6: whatever the order in which a day's operations arrive, one by one, they leave the same state behind. */
import type { Pool } from 'pg'
import { fail } from '../invariants'
import { Chance } from '../random'
import type { World } from '../world'
import { FaultyPhone } from './phone'
import { actsOf, worldOf, type Stage } from './story'

interface Sent {
  op_id: string
  kind: string
  entity_id: string
  body: string
}

const SIZES = { copy: 900, original: 2_400 }

/** Capture the same day `orders` + 1 times and send it in the order of capture, then in others. */
export async function checkAnyOrder(
  stage: Stage,
  { seed, place, orders }: { seed: number; place: () => number; orders: number },
): Promise<number> {
  const wanted = await stateAfter(stage, seed, place(), (sent) => sent)
  if (wanted.length < 10) throw new Error('too little was captured to be worth an order')
  for (let order = 1; order <= orders; order++) {
    const chance = new Chance(seed * 7_907 + order)
    const found = await stateAfter(stage, seed, place(), (sent) => (order === 1 ? [...sent].reverse() : shuffled(sent, chance)))
    wanted.forEach((line, i) => line === found[i] || fail('S6', 'another order, another state', { order, wanted: line, found: found[i] }))
  }
  return orders
}

function shuffled<T>(items: T[], chance: Chance): T[] {
  const left = [...items]
  return items.map(() => left.splice(chance.below(left.length), 1)[0]!)
}

/** Capture a day without sending, then send its texts one by one; gives what the database says of each thing. */
async function stateAfter(stage: Stage, seed: number, place: number, inOrder: (sent: Sent[]) => Sent[]): Promise<string[]> {
  const chance = new Chance(seed * 104_729 + 17)
  const world = await worldOf(stage, { seed, place })
  const phone = new FaultyPhone(world.supervisors[0]!, { baseUrl: stage.baseUrl, pool: stage.pool, chance })
  try {
    await phone.round()
    for (const act of actsOf(stage, world, phone, chance, SIZES).acts) if (act.isDone) await act.do()
    const sent = (await phone.db.outbox.orderBy('device_seq').toArray()).map(({ op_id, kind, entity_id, body }) => ({ op_id, kind, entity_id, body }))
    for (const { body } of inOrder(sent)) await push(stage.baseUrl, world, body)
    return await stateOf(stage.pool, world, sent)
  } finally {
    await phone.engine.stop()
    phone.page.die()
  }
}

async function push(baseUrl: string, world: World, body: string): Promise<void> {
  const answer = await fetch(`${baseUrl}/api/sync/push`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Wangge-Client': 'field/simulation',
      Authorization: `Bearer ${world.supervisors[0]!.token}`,
    },
    body: JSON.stringify({ operations: [{ body }] }),
  })
  if (!answer.ok) throw new Error(`push: ${answer.status} ${await answer.text()}`)
}

/** The state by what it means, without ids and moments, in the order of capture. */
async function stateOf(pool: Pool, world: World, sent: Sent[]): Promise<string[]> {
  const journal = await pool.query<{ op_id: string; outcome: string; flags: string[] }>(
    `select op_id, outcome, flags from sync_operations where op_id = any($1)`,
    [sent.map(({ op_id }) => op_id)],
  )
  const lines = new Map(journal.rows.map((line) => [line.op_id, line]))
  const operations = sent.map(({ op_id, kind }) => `${kind} ${lines.get(op_id)?.outcome} ${[...(lines.get(op_id)?.flags ?? [])].sort().join()}`)
  const about = async (label: string, query: string, of: string[]) =>
    (await pool.query<{ line: string }>(query, [of])).rows.map(({ line }) => `${label} ${line}`)
  const entities = (kind: string) => sent.filter((one) => one.kind === kind).map(({ entity_id }) => entity_id)
  const ordered = 'join unnest($1::uuid[]) with ordinality as o(id, at) using (id)'
  return [
    ...operations,
    ...(await about('employer', `select concat_ws(' ', review_state, last_visited_at is not null, split_part(grid_path::text, '.', 4)) as line from employers ${ordered} order by at`, [...world.employers, ...entities('employer.register')])),
    ...(await about('form', `select concat_ws(' ', f.answers, f.disputed) as line from employer_forms f join unnest($1::uuid[]) with ordinality as o(employer_id, at) using (employer_id) order by at`, [...world.employers, ...entities('employer.register')])),
    ...(await about('check-in', `select concat_ws(' ', patrol_id is not null, is_on_site) as line from check_ins ${ordered} order by at`, entities('check_in.record'))),
    ...(await about('visit', `select concat_ws(' ', check_in_id is not null, (select count(*) from findings f where f.visit_id = visits.id)) as line from visits ${ordered} order by at`, entities('visit.record'))),
    ...(await about('photo', `select concat_ws(' ', subject_kind, copy_state) as line from evidence ${ordered} order by at`, entities('evidence.announce'))),
    ...(await about('patrol', `select concat_ws(' ', p.status, (select string_agg(s.status, ',' order by s.seq) from patrol_stops s where s.patrol_id = p.id)) as line from patrols p where p.assignee_id = any($1)`, [world.supervisors[0]!.person_id])),
  ] // prettier-ignore
}
