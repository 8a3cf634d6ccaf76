/** The demo city as its owner sees it: whom the stories are about, and what has really been stored. */
import { randomUUID } from 'node:crypto'
import { request as apiRequest, type APIRequestContext } from '@playwright/test'
import { Pool } from 'pg'
import type { TestServer } from '../../support/server'

export type LonLat = [number, number]

export interface Supervisor {
  login: string
  person_id: string
  account_id: string
  name: string
  grids: string[]
}

export interface Employer {
  id: string
  name: string
  uscc: string
  position: LonLat
}

export interface Stop extends Employer {
  patrol_id: string
  stop_id: string
}

/** A point so many metres east and north of another; good for a few kilometres. */
export function beside([lon, lat]: LonLat, east_m: number, north_m = 0): LonLat {
  return [lon + east_m / (111_320 * Math.cos((lat * Math.PI) / 180)), lat + north_m / 110_950]
}

export class City {
  private readonly pool: Pool
  private readonly handedOut = new Set<string>()
  readonly password: string

  constructor(readonly server: TestServer) {
    this.pool = new Pool({ connectionString: server.urls.owner, max: 3 })
    this.password = server.demoPassword()
  }

  close = () => this.pool.end()

  async rows<T = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<T[]> {
    return (await this.pool.query(sql, values)).rows as T[]
  }

  async one<T = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<T> {
    const rows = await this.rows<T>(sql, ...values)
    if (rows.length !== 1) throw new Error(`${rows.length} rows where one was expected: ${sql}`)
    return rows[0]!
  }

  private async supervisors(where: string, ...values: unknown[]): Promise<Supervisor[]> {
    return this.rows<Supervisor>(
      `select a.login, a.person_id, a.id as account_id, p.name, array_agg(distinct d.grid_id::text) as grids
         from accounts a join people p on p.id = a.person_id
         join duties d on d.person_id = p.id join employers e on e.grid_id = d.grid_id and e.position is not null
        where p.kind = 'legal_supervisor' and ${where}
        group by a.login, a.person_id, a.id, p.name having count(distinct e.id) >= 3 order by a.login`,
      ...values,
    )
  }

  /** The supervisor of the demo sign-ins, who has a patrol today. */
  async demoSupervisor(): Promise<Supervisor> {
    return (await this.supervisors(`a.login = 'community'`))[0]!
  }

  /** A supervisor of 寿光 whom no other story of this run is about, with at least three employers. */
  async anySupervisor(): Promise<Supervisor> {
    const all = await this.supervisors(`d.grid_path <@ '370700.370783' and a.login <> 'community'`)
    const free = all.find(({ login }) => !this.handedOut.has(login))
    if (!free) throw new Error('the demo city has no more supervisors')
    this.handedOut.add(free.login)
    return free
  }

  employersOf(who: Supervisor): Promise<Employer[]> {
    return this.rows<Employer>(
      `select id, name, uscc, array[ST_X(position), ST_Y(position)] as position from employers
        where grid_id = any($1::uuid[]) and position is not null order by name`,
      who.grids,
    )
  }

  /** The employer of hers that is farthest from a border of its grid: what stands beside it is hers too. */
  employerAmid(who: Supervisor): Promise<Employer> {
    return this.one<Employer>(
      `select e.id, e.name, e.uscc, array[ST_X(e.position), ST_Y(e.position)] as position
         from employers e join grids g on g.id = e.grid_id where e.grid_id = any($1::uuid[]) and e.position is not null
        order by ST_Distance(e.position, ST_Boundary(g.geom)) desc, e.name limit 1`,
      who.grids,
    )
  }

  /** The stops of her patrol of today, in order. */
  stopsToday(who: Supervisor): Promise<Stop[]> {
    return this.rows<Stop>(
      `select e.id, e.name, e.uscc, array[ST_X(e.position), ST_Y(e.position)] as position, s.patrol_id, s.id as stop_id
         from patrol_stops s join patrols p on p.id = s.patrol_id join employers e on e.id = s.employer_id
        where p.assignee_id = $1 and p.planned_on = china_today() order by s.seq`,
      who.person_id,
    )
  }

  /** What her phone should hold: the employers of her grids and of her open patrols. */
  async employersInHerPackage(who: Supervisor): Promise<number> {
    const { n } = await this.one<{ n: number }>(
      `select count(*)::int as n from employers e where e.grid_id = any($1::uuid[])
          or exists (select from patrol_stops s where s.employer_id = e.id and s.assignee_id = $2 and s.is_open)`,
      who.grids,
      who.person_id,
    )
    return n
  }

  operationsOf(who: Supervisor) {
    return this.rows<{
      op_id: string
      op_sha256: string
      kind: string
      entity_id: string
      outcome: string
      flags: string[]
    }>(
      `select op_id, op_sha256, kind, entity_id, outcome, flags from sync_operations where person_id = $1 order by received_at, op_id`,
      who.person_id,
    )
  }

  /** Rows of a table that she captured in this run: the demo city gave her a past of its own. */
  capturedBy<T = Record<string, unknown>>(who: Supervisor, table: string, columns: string): Promise<T[]> {
    return this.rows<T>(
      `select ${columns} from ${table} where person_id = $1 and id in
        (select entity_id from sync_operations where person_id = $1) order by captured_at`,
      who.person_id,
    )
  }

  /** End every session of an account, as an operator does when a phone is lost. */
  async revokeSessions(who: Supervisor): Promise<void> {
    await this.rows(
      'update sessions set revoked_at = now() where account_id = $1 and revoked_at is null',
      who.account_id,
    )
  }

  /** Ask the API as somebody who has just signed in; with a device, as her phone. */
  async as<T>(login: string, work: (api: APIRequestContext) => Promise<T>, device: object = {}): Promise<T> {
    const api = await apiRequest.newContext({
      baseURL: this.server.baseUrl,
      extraHTTPHeaders: { 'X-Wangge-Client': 'console/e2e' },
    })
    try {
      const signedIn = await api.post('/api/auth/sign-in', { data: { login, password: this.password, ...device } })
      if (!signedIn.ok()) throw new Error(await signedIn.text())
      return await work(api)
    } finally {
      await api.dispose()
    }
  }

  /** Plan a patrol for today as the county does, through the API. */
  async planToday(who: Supervisor, employers: Employer[], title = '今日巡查'): Promise<void> {
    await this.as('county', async (api) => {
      const { today, id } = await this.one<{ today: string; id: string }>(
        'select china_today()::text as today, gen_random_uuid()::text as id',
      )
      const planned = await api.post('/api/patrols', {
        data: {
          id,
          assignee_id: who.person_id,
          planned_on: today,
          title,
          note: '',
          employer_ids: employers.map((e) => e.id),
        },
      })
      if (!planned.ok()) throw new Error(await planned.text())
    })
  }

  /** Check-ins as a phone would send them, each with where and how many minutes ago. */
  async pushCheckIns(who: Supervisor, employer: Employer, fixes: { at: LonLat; minutesAgo: number }[]): Promise<void> {
    const device_id = randomUUID()
    const operations = fixes.map(({ at: [lon, lat], minutesAgo }, i) => {
      const position = { lon, lat, accuracy_m: 12, age_s: 1 }
      return {
        body: JSON.stringify({
          op_id: randomUUID(),
          kind: 'check_in.record',
          v: 1,
          entity_id: randomUUID(),
          base_version: null,
          captured_at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
          device_id,
          device_seq: i + 1,
          payload: {
            employer_id: employer.id,
            patrol_id: null,
            stop_id: null,
            position: { lon, lat },
            accuracy_m: 12,
            age_s: 1,
          },
          binding: { server_offset_ms: 0, position, network: '4g', battery: 0.5, app_version: '0.1.0' },
        }),
      }
    })
    await this.as(
      who.login,
      async (api) => {
        const pushed = await api.post('/api/sync/push', { data: { operations } })
        const { outcomes } = (await pushed.json()) as { outcomes: { outcome: string }[] }
        if (!outcomes.every(({ outcome }) => outcome === 'applied')) throw new Error(JSON.stringify(outcomes))
      },
      { device_id, device_name: '手机' },
    )
  }
}
