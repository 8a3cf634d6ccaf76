/**
 * The suite itself under test: with each deliberate bug of mutation/mutants.ts the promises must be seen to break.
 *
 * MUTANT=name tries only that one.
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Proxy } from '../support/proxy'
import { ROOT, TestServer } from '../support/server'
import { Death } from './faults/kills'
import { forEachAtOnce } from './faults/many'
import type * as Orders from './faults/order'
import { actsAt, nameOf, type Fault, type Point } from './faults/points'
import type * as Stories from './faults/story'
import type * as Tabs from './faults/tabs'
import { packageWith } from './mutation/applying'
import { APP_MUTANTS, SERVER_MUTANTS, type Mutant } from './mutation/mutants'
import { makeCity } from './world'

const SEED = 1
const ONLY = process.env.MUTANT ?? ''
const AT_ONCE = 4
/** A promise of docs/sync.md that was seen to break. */
const BROKEN = /S[1-8]: /
const LARGE = { copy: 41_000, original: 93_000 }

interface Parts {
  tell: typeof Stories.tell
  pointsOf: typeof Stories.pointsOf
  tellInTwoTabs: typeof Tabs.tellInTwoTabs
  checkAnyOrder: typeof Orders.checkAnyOrder
}

let server: TestServer
let pool: Pool
let stage: Stories.Stage
let place = 1

/** The suite's parts over the app with this bug; without a name, over the app as it is. */
async function partsOf(mutant: string): Promise<Parts> {
  const query = mutant ? `?mutant=${mutant}` : ''
  const [story, tabs, order] = await Promise.all([
    import(/* @vite-ignore */ `./faults/story.ts${query}`) as Promise<typeof Stories>,
    import(/* @vite-ignore */ `./faults/tabs.ts${query}`) as Promise<typeof Tabs>,
    import(/* @vite-ignore */ `./faults/order.ts${query}`) as Promise<typeof Orders>,
  ])
  return { tell: story.tell, pointsOf: story.pointsOf, tellInTwoTabs: tabs.tellInTwoTabs, checkAnyOrder: order.checkAnyOrder }
}

beforeAll(async () => {
  server = await TestServer.create('sync_mutation')
  pool = new Pool({ connectionString: server.urls.owner, max: 12 })
  pool.on('error', () => undefined)
  stage = { pool, baseUrl: server.baseUrl, dataDir: server.dataDir, city: await makeCity(pool) }
})

afterAll(async () => {
  await pool?.end()
  await server?.destroy()
})

function faultsOf(points: Point[], { faults, then }: { faults: string[]; then?: Fault['then'] }): Fault[] {
  const all = points.flatMap((point) => actsAt(point).map((act): Fault => ({ point: nameOf(point), act, ...(then ? { then } : {}) })))
  return all.filter(({ point, act }) => faults.some((part) => `${point} · ${act}`.includes(part)))
}

/** The points of a day of this app; one that already breaks a promise by itself gives none, but says so. */
async function pointsOf(parts: Parts, here: Stories.Stage): Promise<{ points: Point[]; verdicts: string[] }> {
  try {
    return { points: await parts.pointsOf(here, { seed: SEED, place: place++ }), verdicts: [] }
  } catch (error) {
    return { points: [], verdicts: [`a day without faults -> ${String(error)}`] }
  }
}

/** What the suite says of an app or a server: the promises that it saw break. */
async function verdictsOn(mutant: Mutant, parts: Parts, at: TestServer): Promise<string[]> {
  const here = { ...stage, baseUrl: at.baseUrl }
  const only = async (work: () => Promise<unknown>) => forEachAtOnce([mutant.name], 1, String, async () => void (await work()))
  switch (mutant.caught_by) {
    case 'two_tabs':
      return only(() => parts.tellInTwoTabs(here, { seed: SEED, place: place++ }))
    case 'any_order':
      return only(() => parts.checkAnyOrder(here, { seed: SEED, place: () => place++, orders: 3 }))
    case 'cut_line':
      return only(async () => {
        const proxy = await Proxy.open(at.port, { cut: [{ direction: 'up', at: 60_000 }, { direction: 'up', at: 120_000 }] })
        try {
          await parts.tell(here, { seed: SEED, place: place++, baseUrl: proxy.baseUrl, sizes: LARGE, onlyEnd: true, passed: () => proxy.passed.up })
        } finally {
          await proxy.close()
        }
      })
    case 'server_killed':
      return only(async () => {
        const death = new Death(at, 'server', 'killed_once_answered', 1)
        const fault: Fault = { point: 'a round: request POST /api/sync/push #1', act: 'killed_once_answered' }
        await parts.tell(here, { seed: SEED, place: place++, fault, meeting: death })
      })
    default: {
      const { points, verdicts } = await pointsOf(parts, here)
      if (verdicts.length) return verdicts
      const faults = faultsOf(points, mutant.caught_by)
      expect(faults.length, `${mutant.name}: no fault of the day has such a name`).toBeGreaterThan(0)
      const isCaught = (verdict: string) => mutant.edits.length > 0 && BROKEN.test(verdict)
      return forEachAtOnce(faults, AT_ONCE, ({ point, act }) => `${point} · ${act}`, async (fault) =>
        void (await parts.tell(here, { seed: SEED, place: place++, fault })), isCaught,
      )
    }
  }
}

const wanted = ({ name }: Mutant) => name.includes(ONLY)
const caught: string[] = []

function expectCaught(mutant: Mutant, verdicts: string[]): void {
  const seen = verdicts.find((verdict) => BROKEN.test(verdict))
  expect(seen, `${mutant.name} (${mutant.what}) was not caught; seen: ${verdicts.join('\n')}`).toBeDefined()
  caught.push(`${mutant.name.padEnd(26)} ${BROKEN.exec(seen!)![0]}${seen!.split(BROKEN).slice(1).join('').slice(0, 90)}`)
}

describe('mutants', () => {
  it('finds nothing in the app as it is, by the same faults', async () => {
    const parts = await partsOf('')
    const means = [...APP_MUTANTS, ...SERVER_MUTANTS].map(({ caught_by }) => caught_by)
    const faults = [...new Set(means.flatMap((one) => (typeof one === 'object' && !one.then ? one.faults : [])))]
    const others = means.filter((one, i) => typeof one === 'string' ? means.indexOf(one) === i : one.then)
    for (const caught_by of [{ faults }, ...others]) {
      expect(await verdictsOn({ name: 'none', what: '', edits: [], caught_by }, parts, server)).toEqual([])
    }
  })

  it.each(APP_MUTANTS.filter(wanted))('catches $name in the app: $what', async (mutant) => {
    expectCaught(mutant, await verdictsOn(mutant, await partsOf(mutant.name), server))
  })

  it.each(SERVER_MUTANTS.filter(wanted))('catches $name in the server: $what', async (mutant) => {
    const folder = packageWith(mutant, ROOT)
    const sick = await server.beside(`sync_mutation_${mutant.name}`, folder)
    try {
      expectCaught(mutant, await verdictsOn(mutant, await partsOf(''), sick))
    } finally {
      await sick.stop('SIGKILL')
      rmSync(dirname(folder), { recursive: true, force: true })
    }
  })

  it('tells which', () => {
    console.log(`mutants caught: ${caught.length}\n${caught.join('\n')}`)
  })
})
