import { describe, expect, it } from 'vitest'
import { pullState } from '@/local/reference'
import { recordCheckIn, registerEmployer } from '@/local/records'
import {
  capture,
  checkInOf,
  contextOf,
  employerOf,
  json,
  NOON,
  openStore,
  phone,
  registrationOf,
} from '@/testing/phone'
import { pull, storePage, type PullItem, type PullPage } from './pull'
import type { LocalDb } from '@/local/db'

const employer = (id: string, changes = {}): PullItem => ({ kind: 'employer', id, data: employerOf(id, changes) })
const exit = (id: string): PullItem => ({ kind: 'employer', id, data: null })
const page = (cursor: string, items: PullItem[], changes: Partial<PullPage> = {}): PullPage => ({
  cursor,
  reset: false,
  up_to_date: false,
  progress: null,
  server_time: '2026-11-24T04:00:00Z',
  scope_grid_ids: ['g1'],
  items,
  ...changes,
})
const store = async (db: LocalDb, next: PullPage) => storePage(db, await pullState(db), next, NOON)
const names = async (db: LocalDb) => (await db.employers.toCollection().primaryKeys()).sort()

/** A phone that holds e1 and e2 and is up to date. */
async function settled() {
  const { db, factory } = await phone()
  await store(db, page('c1', [employer('e1')], { reset: true, progress: { done: 1, total: 2 } }))
  await store(db, page('c2', [employer('e2')], { up_to_date: true }))
  return { db, factory }
}

describe('pull', () => {
  it('moves the cursor with the items of its page', async () => {
    const { db } = await settled()
    expect(await names(db)).toEqual(['e1', 'e2'])
    expect(await pullState(db)).toMatchObject({ cursor: 'c2', generation: 1, complete_generation: 1, progress: null })
  })

  it('moves neither when a page fails half way: the next round asks for it again', async () => {
    const { db, factory } = await settled()
    db.employers.hook('creating', (id) => {
      if (id === 'e4') throw new Error('killed')
    })
    await expect(store(db, page('c3', [employer('e3'), employer('e4')]))).rejects.toThrow('killed')
    db.close()
    const again = openStore(factory)
    expect(await names(again)).toEqual(['e1', 'e2'])
    expect((await pullState(again)).cursor).toBe('c2')
    await store(again, page('c3', [employer('e3'), employer('e4')], { up_to_date: true }))
    expect(await names(again)).toEqual(['e1', 'e2', 'e3', 'e4'])
  })

  it('ignores a page that belongs to an older cursor', async () => {
    const { db } = await settled()
    const before = await pullState(db)
    await storePage(db, before, page('c3', [employer('e3')]), NOON)
    await storePage(db, before, page('c3b', [exit('e1')]), NOON)
    expect(await names(db)).toEqual(['e1', 'e2', 'e3'])
    expect((await pullState(db)).cursor).toBe('c3')
  })

  it('asks for more at once while pages come quickly, and for little again after a slow one', async () => {
    const { db } = await phone()
    const took = [1_000, 1_000, 1_000, 5_000, 1_000]
    const asked: (string | null)[] = []
    let now = NOON
    const server = (address: RequestInfo | URL) => {
      asked.push(new URL(String(address instanceof Request ? address.url : address)).searchParams.get('limit'))
      now += took[asked.length - 1]!
      return Promise.resolve(json(page(`c${asked.length}`, [], { up_to_date: asked.length === took.length })))
    }
    const report = await pull({ ...contextOf(db, server), now: () => now })
    expect(report.problem).toBeNull()
    expect(asked).toEqual(['500', '1000', '2000', '2000', '500'])
  })

  it('removes what left the scope', async () => {
    const { db } = await settled()
    await store(db, page('c3', [exit('e1')], { up_to_date: true }))
    expect(await names(db)).toEqual(['e2'])
  })

  it('keeps older rows through a new snapshot and purges them at its end', async () => {
    const { db } = await settled()
    await store(db, page('s1', [employer('e2')], { reset: true }))
    expect(await names(db)).toEqual(['e1', 'e2'])
    await store(db, page('s2', [employer('e5')]))
    expect(await names(db)).toEqual(['e1', 'e2', 'e5'])
    await store(db, page('s3', [], { up_to_date: true }))
    expect(await names(db)).toEqual(['e2', 'e5'])
  })

  it('starts over when a second snapshot interrupts the first', async () => {
    const { db } = await settled()
    await store(db, page('s1', [employer('e7')], { reset: true }))
    await store(db, page('t1', [employer('e2')], { reset: true }))
    await store(db, page('t2', [], { up_to_date: true }))
    expect(await names(db)).toEqual(['e2'])
  })

  it('keeps only the name of what unsent work refers to, until that is through', async () => {
    const { db } = await settled()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    await store(db, page('c3', [exit('e1')], { up_to_date: true }))
    expect(await db.employers.get('e1')).toMatchObject({ name: '单位 e1', gone: 1, contact_phone: '', position: null })
    await db.outbox.toCollection().modify({ state: 'sent' })
    await store(db, page('c4', [], { up_to_date: true }))
    expect(await names(db)).toEqual(['e2'])
  })

  it('gives such a row back its data when it returns', async () => {
    const { db } = await settled()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    await store(db, page('c3', [exit('e1')], { up_to_date: true }))
    await store(db, page('c4', [employer('e1')], { up_to_date: true }))
    expect(await db.employers.get('e1')).toMatchObject({ gone: 0, contact_phone: '0536-1', generation: 1 })
  })

  it('never touches unsent work nor what was registered here', async () => {
    const { db } = await settled()
    await registerEmployer(db, capture(), 'e9', registrationOf('新开饭店'), [], 'register')
    const before = await db.outbox.toArray()
    await store(db, page('s1', [employer('e2')], { reset: true }))
    await store(db, page('s2', [], { up_to_date: true }))
    expect(await names(db)).toEqual(['e2', 'e9'])
    expect(await db.outbox.toArray()).toEqual(before)
    await store(db, page('c5', [employer('e9', { name: '新开饭店' })], { up_to_date: true }))
    expect(await db.employers.get('e9')).toMatchObject({ local: 0, generation: 2 })
  })
})
