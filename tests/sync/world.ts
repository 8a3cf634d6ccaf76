/** A small world of its own for each seed: one street, four community grids, supervisors, employers, written by the owner. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import type { Chance } from './random'

export interface Supervisor {
  person_id: string
  account_id: string
  /** The phone that the session was opened on. */
  device_id: string
  token: string
}

export interface World {
  street: { id: string; path: string }
  grids: { id: string; path: string; centre: [number, number] }[]
  supervisors: Supervisor[]
  employers: string[]
  planner: string
}

const CITY_LABEL = '370700'
const CITY_BOX = [100, 20, 140, 50] as const
const DEGREES = 0.01

const box = (west: number, south: number, east: number, north: number) =>
  `ST_Multi(ST_MakeEnvelope(${west}, ${south}, ${east}, ${north}, 4326))`

/** The ring around a world's four communities, with a vertex wherever two of them meet: grids tile to the last bit. */
const around = (west: number, south: number) => {
  const steps = (start: number) => [start, start + DEGREES, start + DEGREES + DEGREES] as const
  const [x0, x1, x2] = steps(west)
  const [y0, y1, y2] = steps(south)
  const ring = [[x0, y0], [x1, y0], [x2, y0], [x2, y1], [x2, y2], [x1, y2], [x0, y2], [x0, y1], [x0, y0]]
  return `ST_Multi(ST_GeomFromText('POLYGON((${ring.map((point) => point.join(' ')).join(',')}))', 4326))`
}

/** The city that all seeds share; its planner is the desk. */
export async function makeCity(pool: Pool): Promise<{ grid: string; unit: string; planner: string }> {
  const [grid, unit, planner] = [randomUUID(), randomUUID(), randomUUID()]
  await pool.query(
    `insert into grids (id, code, name, level, path, geom, label, is_synthetic, valid_from)
     values ($1, '${CITY_LABEL}', '试验市', 1, '${CITY_LABEL}', ${box(...CITY_BOX)}, ST_SetSRID(ST_MakePoint(120, 36), 4326), true, '2020-01-01')`,
    [grid],
  )
  await pool.query(
    `insert into units (id, code, name, kind, grid_id, grid_path) values ($1, '${CITY_LABEL}', '指挥中心', 'command_centre', $2, '${CITY_LABEL}')`,
    [unit, grid],
  )
  await pool.query(
    `insert into people (id, name, kind, state, unit_id, grid_path) values ($1, '调度', 'staff', 'appointed', $2, '${CITY_LABEL}')`,
    [planner, unit],
  )
  // Small worlds have pages, and parts of packages, of a few.
  await pool.query(`update policies set value = '2' where key = 'kept_package_employers'`)
  return { grid, unit, planner }
}

export async function makeWorld(
  pool: Pool,
  city: { grid: string; unit: string; planner: string },
  seed: number,
  chance: Chance,
  supervisors: number,
): Promise<World> {
  const west = 101 + (seed % 900) * 4 * DEGREES
  const south = 21 + Math.floor(seed / 900) * 4 * DEGREES
  const county = { id: randomUUID(), path: `${CITY_LABEL}.c${seed}` }
  const street = { id: randomUUID(), path: `${county.path}.s${seed}` }
  const extent = around(west, south)
  const label = `ST_SetSRID(ST_MakePoint(${west + DEGREES}, ${south + DEGREES}), 4326)`
  const client = await pool.connect()
  try {
    await client.query('begin')
    const addGrid = (id: string, code: string, level: number, parent: string | null, path: string, geom: string) =>
      client.query(
        `insert into grids (id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from)
         values ($1, $2, $2, $3, $4, $5, ${geom}, ${label}, true, '2020-01-01')`,
        [id, code, level, parent, path],
      )
    // the worlds lie scattered over the city and do not tile it: their counties stand alone
    await addGrid(county.id, `c${seed}`, 2, null, county.path, extent)
    await addGrid(street.id, `s${seed}`, 3, county.id, street.path, extent)
    const grids: World['grids'] = []
    for (let i = 0; i < 4; i++) {
      const [x, y] = [west + (i % 2) * DEGREES, south + Math.floor(i / 2) * DEGREES]
      const grid = { id: randomUUID(), path: `${street.path}.g${i}`, centre: [x + DEGREES / 2, y + DEGREES / 2] as [number, number] }
      await addGrid(grid.id, `g${seed}_${i}`, 4, street.id, grid.path, box(x, y, x + DEGREES, y + DEGREES))
      grids.push(grid)
    }
    const people: Supervisor[] = []
    for (let i = 0; i < supervisors; i++) {
      const person = { person_id: randomUUID(), account_id: randomUUID(), device_id: randomUUID(), token: randomBytes(24).toString('base64url') }
      const grid = grids[i % grids.length]!
      const appointment = randomUUID()
      await client.query(
        `insert into people (id, name, kind, state, unit_id, grid_path) values ($1, $2, 'legal_supervisor', 'appointed', $3, $4)`,
        [person.person_id, `监督员${i}`, city.unit, grid.path],
      )
      await client.query(
        `insert into certificates (id, person_id, kind, number, issuer, issued_on, grid_path)
         values ($1, $2, 'post_certificate', $3, '省厅', '2015-01-01', $4)`,
        [randomUUID(), person.person_id, `s${seed}-${i}`, grid.path],
      )
      await client.query(
        `insert into accounts (id, person_id, login, password_hash, is_active) values ($1, $2, $3, 'none', true)`,
        [person.account_id, person.person_id, `s${seed}-${i}`],
      )
      await client.query(
        `insert into appointments (id, person_id, role, unit_id, grid_path, valid_from) values ($1, $2, 'community', $3, $4, '2020-01-01')`,
        [appointment, person.person_id, city.unit, grid.path],
      )
      await client.query(`insert into devices (id, account_id, name) values ($1, $2, '手机')`, [person.device_id, person.account_id])
      await client.query(
        `insert into sessions (id, account_id, appointment_id, device_id, token_sha256, expires_at)
         values ($1, $2, $3, $4, $5, now() + interval '1 day')`,
        [randomUUID(), person.account_id, appointment, person.device_id, createHash('sha256').update(person.token).digest()],
      )
      await giveDuty(client, person.person_id, grid)
      people.push(person)
    }
    const employers: string[] = []
    for (let i = 0; i < 16; i++) {
      const grid = chance.pick(grids)
      const id = randomUUID()
      const spot = [grid.centre[0] + (chance.next() - 0.5) * DEGREES * 0.8, grid.centre[1] + (chance.next() - 0.5) * DEGREES * 0.8]
      await client.query(
        `insert into employers (id, name, address, contact_name, contact_phone, position, grid_id, grid_path, grid_source, review_state,
                                review_reason, note, version)
         values ($1, $2, '', '', '', ST_SetSRID(ST_MakePoint($3, $4), 4326), $5, $6, 'position', 'accepted', '', '', 1)`,
        [id, `单位${seed}-${i}`, spot[0], spot[1], grid.id, grid.path],
      )
      employers.push(id)
    }
    await client.query('commit')
    return { street, grids, supervisors: people, employers, planner: city.planner }
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

export async function giveDuty(
  db: { query: Pool['query'] },
  personId: string,
  grid: { id: string; path: string },
): Promise<void> {
  await db.query(
    `insert into duties (id, person_id, grid_id, grid_path, duty, valid_from) values ($1, $2, $3, $4, '走访', '2020-01-01')`,
    [randomUUID(), personId, grid.id, grid.path],
  )
}
