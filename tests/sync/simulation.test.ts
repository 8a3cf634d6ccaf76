/**
 * Simulated phones against the real server: S1 to S4 of docs/sync.md over many seeds, and a control that must fail.
 *
 * SEEDS=n plays n of them, FIRST_SEED=k begins at k: a failing seed is played again with FIRST_SEED=k SEEDS=1.
 */
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestServer } from '../support/server'
import { playSeed, type Figures, type Stage } from './simulation'
import { makeCity } from './world'

const FULL = process.env.WANGGE_TEST_FULL === '1'
const SEEDS = Number(process.env.SEEDS ?? (FULL ? 2000 : 12))
const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1)
const AT_ONCE = 4
const CONTROL_SEEDS = 40

let server: TestServer
let pool: Pool
let stage: Stage

beforeAll(async () => {
  server = await TestServer.create('sync_simulation')
  pool = new Pool({ connectionString: server.urls.owner, max: 12 })
  stage = { pool, baseUrl: server.baseUrl, dataDir: server.dataDir, city: await makeCity(pool) }
})

afterAll(async () => {
  await pool?.end()
  await server?.destroy()
})

/** Play seeds, until one fails as wanted where that is enough. */
async function playSeeds(first: number, count: number, figures: Figures, isEnough = (_: string) => false): Promise<string[]> {
  const failures: string[] = []
  let next = first
  const player = async () => {
    while (next < first + count && !failures.some(isEnough)) {
      const seed = next++
      try {
        await playSeed(stage, seed, figures)
      } catch (error) {
        failures.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, player))
  return failures
}

describe('simulated phones', () => {
  it(`keeps S1 to S4 over ${SEEDS} seeds`, async () => {
    const figures = { operations: 0, photos: 0, crashes: 0 }
    const failures = await playSeeds(FIRST_SEED, SEEDS, figures)
    console.log(`${SEEDS} seeds: ${figures.operations} operations, ${figures.photos} photos, ${figures.crashes} crashes`)
    expect(failures).toEqual([])
    expect(figures.operations).toBeGreaterThan(SEEDS * 10)
  })

  it('fails when the feed is read up to the newest transaction instead of the oldest running one', async () => {
    const frontier = (of: string) =>
      pool.query(`create or replace function feed_frontier() returns bigint language sql stable as $$ select ${of}(pg_current_snapshot())::text::bigint $$`)
    await frontier('pg_snapshot_xmax')
    try {
      const breaksS3 = (failure: string) => failure.includes('S3')
      const failures = await playSeeds(1_000_001, CONTROL_SEEDS, { operations: 0, photos: 0, crashes: 0 }, breaksS3)
      console.log(`broken cursor: seen, as it should be: ${failures.find(breaksS3)?.slice(0, 160)}`)
      expect(failures.some(breaksS3)).toBe(true)
    } finally {
      await frontier('pg_snapshot_xmin')
    }
  })
})
