/**
 * The soak. Small in every run; at full size under --full, or alone: SOAK=full, or SOAK='{"phones": 20, "operations": 4000}'
 * to change single figures of the small one.
 */
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestServer } from '../support/server'
import type { Stage } from './faults/story'
import { soak, type SoakSize } from './soak'
import { makeCity } from './world'

const FULL: SoakSize = {
  phones: 50,
  operations: 20_000,
  photos: 2_000,
  restarts: 3,
  seed: 1,
  latency_ms: 800,
  loss: 0.05,
  slow_part: 0.2,
  slow_bytes_per_s: 8_000,
}
const SMALL: SoakSize = { ...FULL, phones: 6, operations: 180, photos: 12, restarts: 1, latency_ms: 60 }
const asked = process.env.SOAK ?? (process.env.WANGGE_TEST_FULL === '1' ? 'full' : '')
const SIZE: SoakSize = asked === 'full' ? FULL : { ...SMALL, ...(asked ? (JSON.parse(asked) as Partial<SoakSize>) : {}) }

let server: TestServer
let pool: Pool
let stage: Stage

beforeAll(async () => {
  server = await TestServer.create('sync_soak')
  pool = new Pool({ connectionString: server.urls.owner, max: 8 })
  stage = { pool, baseUrl: server.baseUrl, dataDir: server.dataDir, city: await makeCity(pool) }
})

afterAll(async () => {
  await pool?.end()
  await server?.destroy()
})

it(`loses and doubles nothing with ${SIZE.phones} phones over a bad line`, { timeout: 3_600_000 }, async () => {
  const figures = await soak(server, stage, SIZE, 1)
  console.log(`soak ${JSON.stringify(SIZE)}\n  -> ${JSON.stringify(figures)}`)
  expect(figures).toMatchObject({ operations: SIZE.operations, photos: SIZE.photos, lost: 0, doubled: 0, receipts: SIZE.operations, restarts: SIZE.restarts })
})
