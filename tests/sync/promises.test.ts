/** S5, S6, S7 and one sync at a time: promises of docs/sync.md that no single fault puts to the test. */
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestServer } from '../support/server'
import { sendOverNetworks } from './faults/budget'
import { tellWithoutUploads } from './faults/media'
import { checkAnyOrder } from './faults/order'
import { checkOldPhone, releases } from './faults/oldPhone'
import type { Stage } from './faults/story'
import { tellInTwoTabs } from './faults/tabs'
import { checkOldPackageStays, checkPackageResumes } from './faults/workPackage'
import { makeCity } from './world'

const FULL = process.env.WANGGE_TEST_FULL === '1'
const SEEDS = FULL ? [1, 2, 3, 4, 5] : [1]
const ORDERS = FULL ? 40 : 5

let server: TestServer
let pool: Pool
let stage: Stage
let place = 1

beforeAll(async () => {
  server = await TestServer.create('sync_promises')
  pool = new Pool({ connectionString: server.urls.owner, max: 8 })
  stage = { pool, baseUrl: server.baseUrl, dataDir: server.dataDir, city: await makeCity(pool) }
})

afterAll(async () => {
  await pool?.end()
  await server?.destroy()
})

describe('the sync', () => {
  it.each(SEEDS)('sends every record while photos get no answer, day %i', (seed) =>
    tellWithoutUploads(stage, { seed, place: place++ }, 'hang'),
  )

  it.each(SEEDS)('sends every record while photos are refused, day %i', (seed) =>
    tellWithoutUploads(stage, { seed, place: place++ }, 'refused'),
  )

  it.each(SEEDS)(`leaves the same state whatever the order of arrival, day %i, ${ORDERS} orders`, async (seed) => {
    expect(await checkAnyOrder(stage, { seed, place: () => place++, orders: ORDERS })).toBe(ORDERS)
  })

  it.each(releases())('takes over the store and the operations of release %s', async (release) => {
    expect(await checkOldPhone(stage, release, place++)).toBeGreaterThan(5)
  })

  it('goes on with a work package that was cut off after any of its pages, and lets it be used meanwhile', async () => {
    expect(await checkPackageResumes(stage, () => place++)).toBeGreaterThan(2)
  })

  it('keeps the old work package until another one is complete', () => checkOldPackageStays(stage, place++))

  it('holds photos to the budget of mobile data, and no record', async () => {
    // two thumbnails of 300 bytes, two copies and a note of 900 bytes wait: room for the thumbnails and one copy
    const told = await sendOverNetworks(stage, { place: place++, mbPerDay: 0.0015 })
    expect(told.saving).toMatchObject({ copies: 0, records: 0 })
    expect(told.saving.status).toContain('status.why.save_data')
    expect(told.cellular).toMatchObject({ copies: 1, records: 0 })
    expect(told.cellular.status).toContain('status.why.data_budget_used')
    expect(told.byHand.copies).toBe(3)
    expect(told.wifi.status).toContain('status.safe')
  })

  it.each(SEEDS)('pushes from one tab at a time, day %i', (seed) => tellInTwoTabs(stage, { seed, place: place++ }))
})
