import { describe, expect, it, vi } from 'vitest'
import { newId } from '@/shared/ids'
import { sha256OfText } from '@/shared/sha256'
import { holds, importKey, signText } from '@/shared/signatures'
import { capture, checkInOf, DEVICE, NOON, openStore, phone, photoOf, visitOf } from '@/testing/phone'
import { readMeta, writeMeta, type LocalDb } from './db'
import { operationOf } from './outbox'
import { dropDraftPhoto, keepPhoto } from './photos'
import { recordCheckIn, recordVisit } from './records'
import { SIGNING_KEY, type SigningKey } from './seal'

const rowsOf = (db: LocalDb) => db.outbox.orderBy('device_seq').toArray()
const keyOf = async (db: LocalDb) => (await readMeta<SigningKey>(db, SIGNING_KEY))!

/** Every text names the one before it by its hash, the first none. */
async function expectOneChain(db: LocalDb) {
  const rows = await rowsOf(db)
  const operations = rows.map(operationOf)
  expect(operations.map(({ device_seq }) => device_seq)).toEqual(rows.map((_, i) => i + 1))
  expect(new Set(operations.map(({ chain_id }) => chain_id)).size).toBe(1)
  expect(operations.map(({ prev_sha256 }) => prev_sha256)).toEqual([
    null,
    ...rows.slice(0, -1).map(({ sha256 }) => sha256),
  ])
}

describe('a seal', () => {
  it('is a signature over the text, by a key of this store that cannot be taken out', async () => {
    const { db } = await phone()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    const [row] = await rowsOf(db)
    const key = await keyOf(db)
    expect(key.private_key.extractable).toBe(false)
    expect(row!.key_id).toBe(key.key_id)
    const verifier = (await importKey(key.key_id, key.public_key))!
    expect(await holds(verifier, row!.signature!, row!.body)).toBe(true)
    expect(await holds(verifier, row!.signature!, row!.body.replace('e1', 'e2'))).toBe(false)
    expect(await importKey('0'.repeat(64), key.public_key)).toBeNull()
  })

  it('stays with the store: after a restart the same key signs on', async () => {
    const { db, factory } = await phone()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    db.close()
    const again = openStore(factory)
    await recordCheckIn(again, capture(NOON + 1), checkInOf('e2'), null)
    const rows = await rowsOf(again)
    expect(new Set(rows.map(({ key_id }) => key_id)).size).toBe(1)
    await expectOneChain(again)
    const { private_key, key_id, public_key } = await keyOf(again)
    expect(await holds((await importKey(key_id, public_key))!, await signText(private_key, 'x'), 'x')).toBe(true)
  })

  it('is of a new key where the store finds itself on another phone', async () => {
    const { db } = await phone()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    await recordCheckIn(db, { ...capture(), device_id: newId() }, checkInOf('e1'), null)
    const rows = await rowsOf(db)
    expect(new Set(rows.map(({ key_id }) => key_id)).size).toBe(2)
    expect(rows.map((row) => operationOf(row).device_id)[0]).toBe(DEVICE)
  })

  it('is left out where the platform cannot sign, and the chain goes on', async () => {
    const { db } = await phone()
    const { subtle } = crypto
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto), randomUUID: crypto.randomUUID })
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    vi.unstubAllGlobals()
    expect(crypto.subtle).toBe(subtle)
    await recordCheckIn(db, capture(), checkInOf('e2'), null)
    const rows = await rowsOf(db)
    expect(rows.map(({ signature }) => signature === null)).toEqual([true, false])
    await expectOneChain(db)
  })
})

describe('the chain', () => {
  it('links all operations of an act, and acts among each other', async () => {
    const { db } = await phone()
    const of = { draft_key: 'visit:e1', subject_kind: 'visit' as const, employer_id: 'e1', source: 'camera' as const }
    const photos = [
      await keepPhoto(db, capture(), await photoOf(3), of),
      await keepPhoto(db, capture(), await photoOf(5), of),
    ]
    await recordVisit(db, capture(), newId(), visitOf('e1', photos.map(({ id }) => id)), 'visit:e1') // prettier-ignore
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    expect(await db.outbox.count()).toBe(4)
    await expectOneChain(db)
  })

  it('does not fork when many acts come at once, from two tabs', async () => {
    const { db, factory } = await phone()
    const other = openStore(factory)
    const acts = Array.from({ length: 12 }, (_, i) => recordCheckIn(i % 2 ? db : other, capture(NOON + i), checkInOf(`e${i}`), null)) // prettier-ignore
    await Promise.all(acts)
    expect(await db.outbox.count()).toBe(12)
    expect(await db.records.count()).toBe(12)
    await expectOneChain(db)
  })

  it('begins where a store of an earlier release stands, with a chain of its own', async () => {
    const { db } = await phone()
    await writeMeta(db, 'device_seq', 41)
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    const [row] = await rowsOf(db)
    expect(operationOf(row!)).toMatchObject({ device_seq: 42, prev_sha256: null })
    expect(row!.sha256).toBe(sha256OfText(row!.body))
  })

  it('leaves out a photo that was thrown away while the visit was being sealed', async () => {
    const { db } = await phone()
    const of = { draft_key: 'visit:e1', subject_kind: 'visit' as const, employer_id: 'e1', source: 'camera' as const }
    const photo = await keepPhoto(db, capture(), await photoOf(3), of)
    const signing = vi.spyOn(crypto.subtle, 'sign')
    signing.mockImplementationOnce(async (...args) => {
      await dropDraftPhoto(db, photo.id)
      signing.mockRestore()
      return crypto.subtle.sign(...args)
    })
    await recordVisit(db, capture(), newId(), visitOf('e1', [photo.id]), 'visit:e1')
    expect((await rowsOf(db)).map(({ kind }) => kind)).toEqual(['visit.record'])
    await expectOneChain(db)
  })
})
