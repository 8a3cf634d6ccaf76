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
  tellInTwoTabs: typeof Tabs.tellInTwoTabs
  checkAnyOrder: typeof Orders.checkAnyOrder
}

let server: TestServer
let pool: Pool
let stage: Stories.Stage
let points: Point[]
let place = 1

/** The suite's parts over the app with this bug; without a name, over the app as it is. */
async function partsOf(mutant: string): Promise<Parts> {
  const query = mutant ? `?mutant=${mutant}` : ''
  const [story, tabs, order] = await Promise.all([
    import(/* @vite-ignore */ `./faults/story.ts${query}`) as Promise<typeof Stories>,
    import(/* @vite-ignore */ `./faults/tabs.ts${query}`) as Promise<typeof Tabs>,
    import(/* @vite-ignore */ `./faults/order.ts${query}`) as Promise<typeof Orders>,
  ])
  return { tell: story.tell, tellInTwoTabs: tabs.tellInTwoTabs, checkAnyOrder: order.checkAnyOrder }
}

beforeAll(async () => {
  server = await TestServer.create('sync_mutation')
  pool = new Pool({ connectionString: server.urls.owner, max: 12 })
  pool.on('error', () => undefined)
  stage = { pool, baseUrl: server.baseUrl, dataDir: server.dataDir, city: await makeCity(pool) }
  const story = await import('./faults/story')
  points = await story.pointsOf(stage, { seed: SEED, place: place++ })
})

afterAll(async () => {
  await pool?.end()
  await server?.destroy()
})

function faultsOf(parts: string[]): Fault[] {
  const all = points.flatMap((point) => actsAt(point).map((act): Fault => ({ point: nameOf(point), act })))
  return all.filter(({ point, act }) => parts.some((part) => `${point} · ${act}`.includes(part)))
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
    case 'server_killed': {
      const requests = points.filter(({ kind, label }) => kind === 'request' && label.startsWith('POST'))
      const death = new Death(at, 'server', 'killed_after', requests.length)
      const failures = await forEachAtOnce(requests, requests.length, nameOf, async (point) => {
        try {
          await parts.tell(here, { seed: SEED, place: place++, fault: { point: nameOf(point), act: 'killed_after' }, meeting: death, onlyEnd: true })
        } finally {
          death.leave()
        }
      })
      await death.end()
      return failures
    }
    default: {
      const faults = faultsOf(mutant.caught_by.faults)
      expect(faults.length, `${mutant.name}: no fault of the day has such a name`).toBeGreaterThan(0)
      return forEachAtOnce(faults, AT_ONCE, ({ point, act }) => `${point} · ${act}`, async (fault) =>
        void (await parts.tell(here, { seed: SEED, place: place++, fault })),
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
    for (const kind of ['two_tabs', 'any_order', 'cut_line'] as const) {
      expect(await verdictsOn({ name: kind, what: '', edits: [], caught_by: kind }, parts, server)).toEqual([])
    }
    const faults = [...APP_MUTANTS, ...SERVER_MUTANTS].flatMap(({ caught_by }) => (typeof caught_by === 'object' ? caught_by.faults : []))
    expect(await verdictsOn({ name: 'none', what: '', edits: [], caught_by: { faults } }, parts, server)).toEqual([])
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
