/** The rest of the city at work meanwhile, in transactions of its own, some of them slow to commit. */
import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import type { Chance } from './random'
import { giveDuty, type World } from './world'

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

async function moveEmployer(pool: Pool, world: World, chance: Chance): Promise<void> {
  const grid = chance.pick(world.grids)
  await pool.query(`update employers set grid_id = $2, grid_path = $3, version = version + 1 where id = $1`, [
    chance.pick(world.employers),
    grid.id,
    grid.path,
  ])
}

async function editSlowly(pool: Pool, world: World, chance: Chance): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    for (const id of [...new Set([chance.pick(world.employers), chance.pick(world.employers)])].sort()) {
      await client.query(`update employers set note = $2, name = name || '改', version = version + 1 where id = $1`, [id, randomUUID()])
    }
    await pause(20 + chance.below(80))
    await client.query(chance.happens(0.15) ? 'rollback' : 'commit')
  } finally {
    client.release()
  }
}

async function planPatrol(pool: Pool, world: World, chance: Chance): Promise<void> {
  const employers = [chance.pick(world.employers), chance.pick(world.employers), chance.pick(world.employers)]
  await giveRound(pool, world, chance.pick(world.supervisors).person_id, employers, () => pause(chance.below(30)))
}

/** Plan a patrol of today for a supervisor; `between` happens between its row and its stops. Gives its id. */
export async function giveRound(
  pool: Pool,
  world: World,
  personId: string,
  employers: string[],
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string> {
  const id = randomUUID()
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(
      `insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, grid_id, grid_path, version)
       values ($1, '巡查', '', $2, china_today(), $3, 'planned', '', $4, $5, 1)`,
      [id, personId, world.planner, world.street.id, world.street.path],
    )
    await between()
    for (const [seq, employer] of [...new Set(employers)].entries()) {
      await client.query(
        `insert into patrol_stops (id, patrol_id, employer_id, seq, status, assignee_id, is_open, grid_path)
         select $1, $2, e.id, $4, 'planned', $5, true, e.grid_path from employers e where e.id = $3`,
        [randomUUID(), id, employer, seq + 1, personId],
      )
    }
    await client.query('commit')
    return id
  } finally {
    client.release()
  }
}

async function endPatrol(pool: Pool, world: World, chance: Chance): Promise<void> {
  await pool.query(
    `update patrols set status = 'cancelled', version = version + 1
     where id = (select id from patrols where assignee_id = $1 and status in ('planned', 'started') order by id limit 1)`,
    [chance.pick(world.supervisors).person_id],
  )
}

async function changeDuty(pool: Pool, world: World, chance: Chance): Promise<void> {
  const who = chance.pick(world.supervisors)
  if (chance.happens(0.5)) return giveDuty(pool, who.person_id, chance.pick(world.grids))
  await pool.query(
    `update duties set valid_to = china_today() - 1
     where id = (select id from duties where person_id = $1 and valid_to is null order by id limit 1)`,
    [who.person_id],
  )
}

const ACTS = [moveEmployer, editSlowly, editSlowly, editSlowly, planPatrol, endPatrol, changeDuty]

/** One random act of the desk. */
export const actAtDesk = (pool: Pool, world: World, chance: Chance): Promise<void> => chance.pick(ACTS)(pool, world, chance)
