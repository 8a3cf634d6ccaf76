import { describe, expect, it } from 'vitest'
import { capture, NOON, openStore, phone } from '@/testing/phone'
import type { LocalDb } from './db'
import { operationOf } from './outbox'
import { finishPatrol, pausePatrol, resumePatrol, startPatrol } from './records'
import type { TrackPayload } from './shapes'
import { keepSpot, tracksOn, walkedM } from './tracks'

const LIMITS = { track_chunk_points: 4, track_step_m: 30 }
const spot = (i: number) => ({ lon: 118.77 + i / 1000, lat: 36.92, accuracy_m: 12.34, at: NOON + i * 60_000 })
async function walk(db: LocalDb, from: number, to: number, patrol = 'p1') {
  for (let i = from; i <= to; i++) await keepSpot(db, capture(NOON + i * 60_000), patrol, spot(i), LIMITS)
}
const stretches = async (db: LocalDb) =>
  (await db.outbox.orderBy('device_seq').toArray())
    .filter((row) => row.kind === 'track.record')
    .map((row) => operationOf(row).payload as TrackPayload)

describe('her way on the phone', () => {
  it('is kept point by point: a killed app finds it again', async () => {
    const { db, factory } = await phone()
    await walk(db, 0, 2)
    const again = openStore(factory)
    const [row] = await again.tracks.toArray()
    expect(row).toMatchObject({ patrol_id: 'p1', state: 'open', seq: 0, on: '2026-11-24' })
    expect(row!.points).toEqual([[0, 118.77, 36.92, 12.3], [60, 118.771, 36.92, 12.3], [120, 118.772, 36.92, 12.3]]) // prettier-ignore
    expect(await stretches(again)).toEqual([])
  })

  it('becomes an operation when a stretch is full, and the next goes on from its end', async () => {
    const { db } = await phone()
    await walk(db, 0, 6)
    const [first, second] = await stretches(db)
    expect(first!.points).toHaveLength(4)
    expect(second!.points).toHaveLength(4)
    expect([first!.seq, second!.seq]).toEqual([0, 1])
    expect(second!.points[0]!.slice(1)).toEqual(first!.points[3]!.slice(1))
    const rows = await tracksOn(db, '2026-11-24')
    const total = rows.reduce((sum, row) => sum + row.walked_m, 0)
    expect(total).toBeCloseTo(
      walkedM(
        [0, 1, 2, 3, 4, 5, 6].map((i) => [0, 118.77 + i / 1000, 36.92, 1]),
        30,
      ),
      0,
    )
  })

  it('is sealed with the pause, before it, and nothing of the break is in it', async () => {
    const { db } = await phone()
    await startPatrol(db, capture(), 'p1')
    await walk(db, 0, 1)
    await pausePatrol(db, capture(NOON + 90_000), 'p1')
    const kinds = (await db.outbox.orderBy('device_seq').toArray()).map(({ kind }) => kind)
    expect(kinds).toEqual(['patrol.start', 'track.record', 'patrol.pause'])
    await resumePatrol(db, capture(NOON + 300_000), 'p1')
    await walk(db, 5, 6)
    await finishPatrol(db, capture(NOON + 400_000), 'p1', '')
    const [before, after] = await stretches(db)
    expect(before!.points.map(([s]) => s)).toEqual([0, 60])
    expect(after!.began_at).toBe(new Date(NOON + 300_000).toISOString())
    const resumed = (await db.outbox.toArray()).find(({ kind }) => kind === 'patrol.resume')!
    const pause = (await db.outbox.toArray()).find(({ kind }) => kind === 'patrol.pause')!
    expect(operationOf(resumed).payload).toEqual({ patrol_id: 'p1', pause_id: pause.entity_id })
    expect(await db.tracks.where('state').equals('open').count()).toBe(0)
  })

  it('of one point only is let go', async () => {
    const { db } = await phone()
    await walk(db, 0, 0)
    await finishPatrol(db, capture(), 'p1', '')
    expect(await stretches(db)).toEqual([])
    expect(await db.tracks.count()).toBe(0)
  })

  it('does not grow by standing still', () => {
    const jitter = [0, 0.0002, 0, 0.0002].map((d) => [0, 118.77 + d, 36.92, 10] as [number, number, number, number])
    expect(walkedM(jitter, 30)).toBe(0)
  })
})

describe('a store of the first version', () => {
  it('opens with all it held, and has room for tracks', async () => {
    const { default: Dexie } = await import('dexie')
    const { IDBFactory, IDBKeyRange } = await import('fake-indexeddb')
    const factory = new IDBFactory()
    const old = new Dexie('wangge-test', { indexedDB: factory, IDBKeyRange })
    old.version(1).stores({
      grids: 'id, generation',
      employers: 'id, generation, initials',
      patrols: 'id, generation, planned_on',
      records: 'id, captured_on, employer_id, patrol_id',
      outbox: 'op_id, device_seq, state, entity_id, employer_id',
      photos: 'id, state, draft_key, subject_id, employer_id',
      uploads: 'id, photo_id, state',
      photo_bytes: 'id',
      drafts: 'key, employer_id',
      reference: 'key',
      meta: 'key',
    })
    await old.table('meta').put({ key: 'device_seq', value: 41 })
    await old.table('drafts').put({ key: 'visit:e1', employer_id: 'e1', value: { note: '半句' }, updated_at: '' })
    old.close()
    const db = openStore(factory)
    expect(await db.drafts.get('visit:e1')).toMatchObject({ value: { note: '半句' } })
    await startPatrol(db, capture(), 'p1')
    expect((await db.outbox.toArray())[0]!.device_seq).toBe(42)
    await walk(db, 0, 1)
    expect(await db.tracks.count()).toBe(1)
  })
})
