/**
 * One day told again and again, each time with another fault at another point: the promises of docs/sync.md hold at every
 * moment and at the end.
 *
 * The points are counted, not chosen: a first telling notes every writing transaction, every request and every moment
 * between acts. Every point is hurt in every run; under --full by everything that can happen there and on several days,
 * otherwise by one thing, which takes turns from point to point, as server and database do in dying. FAULT_SEEDS=n tells n different days;
 * FAULT_AT='<part of a name>' tells those faults only, and all of them.
 */
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Proxy } from '../support/proxy'
import { TestServer } from '../support/server'
import { Death, type Phase, type Victim } from './faults/kills'
import { forEachAtOnce } from './faults/many'
import { actsAt, KILL_ACTS, nameOf, type Act, type Fault, type Point } from './faults/points'
import { pointsOf, tell, type Stage } from './faults/story'
import { makeCity } from './world'

const FULL = process.env.WANGGE_TEST_FULL === '1'
const SEEDS = Number(process.env.FAULT_SEEDS ?? (FULL ? 8 : 1))
const ONLY = process.env.FAULT_AT ?? ''
const AT_ONCE = 4
/** Milliseconds into a request at which server or database dies, one death each. */
const KILL_DELAYS = FULL ? [0, 2, 5, 10, 20, 40] : [5]
const PHASES: Record<Victim, Phase[]> = FULL
  ? { server: [...KILL_ACTS], database: [...KILL_ACTS] }
  : { server: ['killed_during', 'killed_once_answered'], database: ['killed_during'] }
const CUT_EVERY_UP = 10_240
const CUT_EVERY_DOWN = FULL ? 512 : 4_096
const LARGE = { copy: 41_000, original: 93_000 }

let server: TestServer
let pool: Pool
let stage: Stage
let place = 1

beforeAll(async () => {
  server = await TestServer.create('sync_faults', { durable: true })
  pool = new Pool({ connectionString: server.urls.owner, max: 12 })
  // connections that lie idle while the database dies
  pool.on('error', () => undefined)
  stage = { pool, baseUrl: server.baseUrl, dataDir: server.dataDir, city: await makeCity(pool) }
})

afterAll(async () => {
  await pool?.end()
  await server?.destroy()
})

const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1)
const figures = { points: new Set<string>(), faults: new Set<string>(), runs: 0, operations: 0, missed: [] as string[] }
const nameOfFault = ({ point, act }: Fault) => `${point} · ${act}`

async function tellWith(seed: number, fault: Fault | null, more: Partial<Parameters<typeof tell>[1]> = {}, what = '') {
  const told = await tell(stage, { seed, place: place++, fault, ...more })
  const nameOfFault = ({ point, act }: Fault) => `${what}${point} · ${act}`
  figures.runs++
  figures.operations += told.operations
  if (fault && told.isStruck) {
    figures.points.add(fault.point)
    figures.faults.add(nameOfFault(fault))
  } else if (fault) figures.missed.push(nameOfFault(fault))
  return told
}

const byPoint = new Map<number, Point[]>()
async function points(seed: number): Promise<Point[]> {
  if (!byPoint.has(seed)) byPoint.set(seed, await pointsOf(stage, { seed, place: place++ }))
  return byPoint.get(seed)!
}

describe('faults', () => {
  it('keeps every promise in a day without any', async () => {
    const told = await tellWith(1, null)
    expect(told.operations).toBeGreaterThan(10)
    expect((await points(1)).length).toBeGreaterThan(80)
  })

  it('keeps them when page, disk, network, session or clock fail, at every point', async () => {
    const tellings: { seed: number; fault: Fault }[] = []
    for (const seed of seeds) {
      for (const [turn, point] of (await points(seed)).entries()) {
        for (const act of inTurn(actsAt(point), turn)) tellings.push({ seed, fault: { point: nameOf(point), act } })
      }
    }
    const chosen = tellings.filter(({ fault }) => nameOfFault(fault).includes(ONLY))
    const failures = await forEachAtOnce(
      chosen,
      AT_ONCE,
      ({ seed, fault }) => `seed ${seed}, ${nameOfFault(fault)}`,
      async ({ seed, fault }) => void (await tellWith(seed, fault)),
    )
    expect(failures).toEqual([])
  })

  for (const victim of ['server', 'database'] as Victim[]) {
    it(`keeps them when the ${victim} is killed at every request`, async () => {
      const failures: string[] = []
      for (const seed of seeds) {
        const all = (await points(seed)).filter(({ kind }) => kind === 'request')
        const requests = FULL || ONLY ? all : all.filter((_, turn) => (turn % 2 === 0) === (victim === 'server'))
        for (const phase of PHASES[victim]) {
          for (const delay of phase === 'killed_during' ? KILL_DELAYS : [0]) {
            failures.push(...(await killAtEach(victim, phase, delay, seed, requests)))
          }
        }
      }
      expect(failures).toEqual([])
    })
  }

  it(`keeps them when the line is cut, up at every ${CUT_EVERY_UP} bytes and down at every ${CUT_EVERY_DOWN}`, async () => {
    const cuts: { direction: 'up' | 'down'; at: number; seed: number }[] = []
    for (const seed of seeds) {
      const { up, down } = await throughProxy(seed, [])
      for (let at = CUT_EVERY_UP / 2; at < up; at += CUT_EVERY_UP) cuts.push({ direction: 'up', at, seed })
      for (let at = CUT_EVERY_DOWN / 2; at < down; at += CUT_EVERY_DOWN) cuts.push({ direction: 'down', at, seed })
    }
    const failures = await forEachAtOnce(
      cuts,
      AT_ONCE,
      ({ direction, at, seed }) => `seed ${seed}, cut ${direction} at byte ${at}`,
      async ({ direction, at, seed }) => {
        const whole = await throughProxy(seed, [{ direction, at }])
        // how many bytes a day has depends on what else the database is doing: the last cut may find none left
        if (whole.cuts === 0) return void figures.missed.push(`cut ${direction} at byte ${at}`)
        if (whole.cuts !== 1) throw new Error(`cut ${whole.cuts} times`)
        figures.points.add(`byte ${at} ${direction}`)
        figures.faults.add(`byte ${at} ${direction}`)
      },
    )
    expect(failures).toEqual([])
  })

  it('tells what it did', () => {
    console.log(
      `faults: ${figures.points.size} distinct points, ${figures.faults.size} distinct faults (point x what happens), ` +
        `${SEEDS} seed(s), ${figures.runs} days told, ${figures.operations} operations captured`,
    )
    // how many pages a pull has depends on what else the database is doing
    expect(figures.missed.length, figures.missed.join('\n')).toBeLessThanOrEqual(figures.runs / 50)
    if (!ONLY) expect(figures.faults.size).toBeGreaterThan(FULL ? 1000 : 200)
  })
})

function inTurn(acts: Act[], turn: number): Act[] {
  if (FULL || ONLY) return acts
  return acts.length ? [acts[turn % acts.length]!] : []
}

/** The phones of one death, each at a request of its own. */
async function killAtEach(victim: Victim, phase: Phase, delay: number, seed: number, requests: Point[]): Promise<string[]> {
  const chosen = requests.map((point) => ({ point: nameOf(point), act: phase }) as Fault).filter((fault) => `${victim} ${nameOfFault(fault)}`.includes(ONLY)) // prettier-ignore
  if (!chosen.length) return []
  const death = new Death(server, victim, phase, chosen.length, delay)
  const failures = await forEachAtOnce(
    chosen,
    chosen.length,
    (fault) => `seed ${seed}, ${victim} ${nameOfFault(fault)}, ${delay} ms`,
    async (fault) => {
      try {
        await tellWith(seed, fault, { meeting: death, onlyEnd: true }, `${victim} (${delay} ms) `)
      } finally {
        death.leave()
      }
    },
  )
  await death.end()
  return failures
}

async function throughProxy(seed: number, cut: { direction: 'up' | 'down'; at: number }[]) {
  const proxy = await Proxy.open(server.port, { cut })
  try {
    await tellWith(seed, null, { baseUrl: proxy.baseUrl, sizes: LARGE, onlyEnd: cut.length === 0 })
    return { ...proxy.passed, cuts: proxy.cuts }
  } finally {
    await proxy.close()
  }
}
