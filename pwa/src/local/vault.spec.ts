import { IDBFactory } from 'fake-indexeddb'
import Dexie from 'dexie'
import { describe, expect, it } from 'vitest'
import { newId } from '@/shared/ids'
import {
  ACCOUNT,
  capture,
  checkInOf,
  DATA_KEY,
  dump,
  employerOf,
  me,
  NOON,
  openDevice,
  openStore,
  phone,
  photoOf,
  registrationOf,
  visitOf,
} from '@/testing/phone'
import { storePage } from '@/sync/pull'
import { LocalDb, writeMeta } from './db'
import { saveDraft } from './drafts'
import { exportUnsent } from './outbox'
import { loadPacks, readFirstPack, refreshPacks, rememberedEmployers } from './packs'
import { readBytes } from './photoBytes'
import { keepPhoto, uploadId } from './photos'
import { pinRules, pinTrouble, waitAfter } from './pin'
import { recordCheckIn, recordVisit, registerEmployer } from './records'
import { EMPTY_PULL } from './reference'
import { openAsItIs } from './rescue'
import { FIRST_POLICIES } from './shapes'
import { makeCipher } from './cipher'
import { noKey, StoreDamaged, StoreLocked } from './storeCipher'
import { encryptOld } from './encryptOld'
import * as vault from './vault'

const PIN = '481516'
const rules = { ...pinRules(FIRST_POLICIES), rounds: 1_000 }
const SECRETS = [
  '刘海梅',
  '新开饭店',
  '王建国',
  '13800138000',
  '欠薪三个月',
  '东风街',
  '913700007456765902',
  'community',
  '店长李四',
]

/** A day's work, everything personal in it spelled out in SECRETS. */
async function work(db: LocalDb): Promise<string> {
  const employer = employerOf('e1', { name: '新开饭店二店', contact_name: '王建国', contact_phone: '13800138000' })
  const page = { items: [{ kind: 'employer' as const, id: 'e1', data: employer }], cursor: 'c', reset: true, up_to_date: true, progress: null, scope_grid_ids: [] } // prettier-ignore
  await storePage(db, EMPTY_PULL, page as never, NOON)
  await recordCheckIn(db, capture(), checkInOf('e1'), [118.77, 36.92])
  const of = { draft_key: 'visit:e1', subject_kind: 'visit' as const, employer_id: 'e1', source: 'camera' as const }
  const photo = await photoOf(3)
  const bytes = new TextEncoder().encode('照片里的欠薪三个月')
  const { id } = await keepPhoto(db, capture(), { ...photo, copy: { ...photo.copy, buffer: bytes.buffer }, preview: bytes.buffer.slice(0) }, of) // prettier-ignore
  await recordVisit(
    db,
    capture(),
    newId(),
    { ...visitOf('e1', [id]), note: '欠薪三个月', people_met: '店长李四' },
    'visit:e1',
  )
  await registerEmployer(
    db,
    capture(),
    'e9',
    { ...registrationOf('新开饭店'), uscc: '913700007456765902', contact_phone: '13800138000', address: '东风街 9 号' },
    [],
    'register',
  )
  await saveDraft(db, 'visit:e9', 'e9', { note: '欠薪三个月，店长李四' }, NOON)
  return id
}

describe('the store on the disk', () => {
  it('says nothing of names, numbers, notes or pictures, in any table', async () => {
    const { db, factory } = await phone()
    await work(db)
    await refreshPacks(db, () => Promise.resolve())
    db.close()
    const text = await dump(factory)
    expect(text.length).toBeGreaterThan(5_000)
    for (const secret of SECRETS) expect(text, secret).not.toContain(secret)
    // The dump would show it, were it there.
    const plain = new Dexie('plain', { indexedDB: factory, IDBKeyRange: (await import('fake-indexeddb')).IDBKeyRange })
    plain.version(1).stores({ rows: 'id' })
    await plain.table('rows').put({ id: 1, note: ['刘海梅'], bytes: new TextEncoder().encode('欠薪三个月').buffer })
    plain.close()
    expect(await dump(factory)).toContain('刘海梅')
    expect(await dump(factory)).toContain('欠薪三个月')
  })

  it('leaves only these columns open, none of which says who or what', async () => {
    const { db } = await phone()
    const open = Object.fromEntries(
      db.tables.map(({ name, schema }) => [name, [schema.primKey, ...schema.indexes].map(({ keyPath }) => keyPath)]),
    )
    expect(open).toEqual({
      grids: ['id', 'generation'],
      employers: ['id', 'generation'],
      patrols: ['id', 'generation', 'planned_on'],
      records: ['id', 'captured_on', 'employer_id', 'patrol_id'],
      outbox: ['op_id', 'device_seq', 'state', 'entity_id', 'employer_id'],
      photos: ['id', 'state', 'draft_key', 'subject_id', 'employer_id'],
      uploads: ['id', 'photo_id', 'state'],
      photo_bytes: ['id'],
      drafts: ['key', 'employer_id'],
      reference: ['key'],
      meta: ['key'],
      packs: ['id'],
      tracks: ['id', 'patrol_id', 'state', 'on'],
      base_parts: ['id'],
      forms: ['id'],
    })
  })

  it('is all there with the key, photos too', async () => {
    const { db, factory } = await phone()
    const photo = await work(db)
    db.close()
    const again = openStore(factory)
    expect(await again.employers.get('e9')).toMatchObject({ name: '新开饭店', contact_phone: '13800138000' })
    expect((await again.records.toArray()).map(({ kind }) => kind).sort()).toEqual(['check_in', 'employer', 'visit'])
    expect(new TextDecoder().decode((await readBytes(again, uploadId(photo, 'copy')))!.buffer)).toBe(
      '照片里的欠薪三个月',
    )
    expect((await again.photos.get(photo))!.preview).toBeInstanceOf(ArrayBuffer)
  })

  it('reads by cursor, by index and in updates as before', async () => {
    const { db } = await phone()
    await work(db)
    const seen: string[] = []
    await db.outbox
      .orderBy('device_seq')
      .reverse()
      .each((row) => void seen.push(row.kind))
    expect(seen).toEqual(['employer.register', 'evidence.announce', 'visit.record', 'check_in.record'])
    await db.outbox.where('state').equals('waiting').modify({ state: 'sending' })
    expect(await db.outbox.where('state').equals('sending').count()).toBe(4)
    await db.outbox.update((await db.outbox.toCollection().primaryKeys())[0]!, { attempts: 7 })
    expect((await db.outbox.toArray()).map(({ attempts }) => attempts).sort()).toEqual([0, 0, 0, 7])
    expect(await db.outbox.filter((row) => row.kind === 'visit.record').count()).toBe(1)
  })

  it('refuses a row that was moved or changed, and opens nothing with another key', async () => {
    const { db, factory } = await phone()
    await work(db)
    db.close()
    const { IDBKeyRange } = await import('fake-indexeddb')
    const raw = await new Dexie('wangge-test', { indexedDB: factory, IDBKeyRange }).open()
    const [one, two] = (await raw.table('outbox').toArray()) as { op_id: string; encrypted: Uint8Array }[]
    await raw.table('outbox').put({ ...one, encrypted: two!.encrypted })
    raw.close()
    const again = openStore(factory)
    await expect(again.outbox.get(one!.op_id)).rejects.toThrow(StoreDamaged)
    expect((await again.outbox.get(two!.op_id))!.op_id).toBe(two!.op_id)
    again.close()
    const other = openStore(factory, makeCipher(new Uint8Array(32)))
    await expect(other.outbox.toArray()).rejects.toThrow(StoreDamaged)
  })

  it('can be counted and no more without the key, and none of it stays in the memory', async () => {
    const { db, factory } = await phone()
    await work(db)
    db.cipher.forget()
    await expect(db.outbox.toArray()).rejects.toThrow(StoreLocked)
    await expect(saveDraft(db, 'x', null, {}, NOON)).rejects.toThrow(StoreLocked)
    db.close()
    const locked = openStore(factory, noKey)
    expect(await locked.outbox.where('state').equals('waiting').count()).toBe(4)
    await expect(locked.drafts.toArray()).rejects.toThrow(StoreLocked)
  })
})

describe('packs of employers', () => {
  const many = Array.from({ length: 1_200 }, (_, i) => employerOf(`e${String(i).padStart(4, '0')}`))
  const loadAll = async (db: LocalDb) => {
    await loadPacks(db, await readFirstPack(db), () => Promise.resolve())
    await db.opened.all
  }
  const page = { items: many.map((data) => ({ kind: 'employer' as const, id: data.id, data })), cursor: 'c', reset: true, up_to_date: true, progress: null, scope_grid_ids: [] } // prettier-ignore

  it('open a cold start’s employers without the rows’ own cipher, and are never wrong about a row that changed', async () => {
    const { db, factory } = await phone()
    await storePage(db, EMPTY_PULL, page as never, NOON)
    await refreshPacks(db, () => Promise.resolve())
    await db.employers.update('e0007', { name: '改了名' })
    await db.employers.delete('e0008')
    db.close()
    const again = openStore(factory)
    await loadAll(again)
    const rows = await again.employers.toArray()
    expect(rows).toHaveLength(1_199)
    expect(again.opened.misses).toBe(1)
    expect(rows.find(({ id }) => id === 'e0007')!.name).toBe('改了名')
    expect(rows.find(({ id }) => id === 'e0009')).toEqual(await db.open().then(() => db.employers.get('e0009')))
  })

  it('show the first of them at once, with how many all are, and keep nothing once the store is locked', async () => {
    const { db, factory } = await phone()
    await storePage(db, EMPTY_PULL, page as never, NOON)
    await refreshPacks(db, () => Promise.resolve())
    db.close()
    let paint = () => undefined as void
    const painted = () => new Promise<void>((done) => (paint = done))
    const again = openStore(factory)
    await loadPacks(again, await readFirstPack(again), painted)
    expect(rememberedEmployers(again)).toMatchObject({ total: 1_200, rows: { length: 500 } })
    paint()
    await again.opened.all
    expect(rememberedEmployers(again)).toMatchObject({ total: 1_200, rows: { length: 1_200 } })
    const locked = openStore(factory)
    await loadPacks(locked, await readFirstPack(locked), painted)
    locked.close()
    locked.cipher.forget()
    locked.opened.forget()
    paint()
    await locked.opened.all
    expect(locked.opened.rows.size).toBe(0)
  })

  it('are passed over when they are damaged', async () => {
    const { db, factory } = await phone()
    await storePage(db, EMPTY_PULL, page as never, NOON)
    await refreshPacks(db, () => Promise.resolve())
    await db.packs.toCollection().modify((row) => void new Uint8Array(row.buffer).fill(7, 20, 30))
    db.close()
    const again = openStore(factory)
    await loadAll(again)
    expect(await again.employers.toArray()).toHaveLength(1_200)
    expect(again.opened.misses).toBe(1_200)
  })

  it('let go of an employer that has left', async () => {
    const { db, factory } = await phone()
    await storePage(db, EMPTY_PULL, page as never, NOON)
    await refreshPacks(db, () => Promise.resolve())
    await db.employers.delete('e0008')
    await refreshPacks(db, () => Promise.resolve())
    db.close()
    const again = openStore(factory)
    await loadAll(again)
    expect(again.opened.rows.has('e0007')).toBe(true)
    expect(again.opened.rows.has('e0008')).toBe(false)
    expect(rememberedEmployers(again)).toMatchObject({ total: 1_199, rows: { length: 1_199 } })
  })

  it('are written only when many rows are in none', async () => {
    const { db } = await phone()
    await storePage(db, EMPTY_PULL, page as never, NOON)
    await refreshPacks(db, () => Promise.resolve())
    const before = (await db.packs.toArray()).map(({ buffer }) => new Uint8Array(buffer).join())
    expect(before.length).toBeGreaterThan(3)
    await db.employers.update('e0007', { name: '改了名' })
    await refreshPacks(db, () => Promise.resolve())
    expect((await db.packs.toArray()).map(({ buffer }) => new Uint8Array(buffer).join())).toEqual(before)
  })
})

describe('a PIN', () => {
  it.each([
    '12345',
    '000000',
    '123456',
    '654321',
    '890123',
    '121212',
    '123123',
    '112233',
    '147258',
    '520131',
    '12345a',
  ])('%s is none', (pin) => expect(pinTrouble(pin, 6)).not.toBeNull())
  it.each(['481516', '902741', '7351924'])('%s will do', (pin) => expect(pinTrouble(pin, 6)).toBeNull())

  it('may be guessed a few times, and then each wait is twice the last', () => {
    expect([1, 4, 5, 6, 7, 12, 40].map((failed) => waitAfter(failed, rules) / 1000)).toEqual([
      0, 0, 30, 60, 120, 3_600, 3_600,
    ])
  })
})

describe('the vault', () => {
  async function made(pin: string | null = PIN) {
    const factory = new IDBFactory()
    const device = openDevice(factory)
    const dataKey = await vault.createVault(device, ACCOUNT, { label: '刘＊＊', rules, pin, isOld: false })
    return { factory, device, dataKey: dataKey.slice() }
  }

  it('opens with its PIN, after a restart too, and says nothing of PIN or key on the disk', async () => {
    const { factory, device, dataKey } = await made()
    device.close()
    const text = await dump(factory)
    expect(text).not.toContain(PIN)
    const again = openDevice(factory)
    expect(await vault.unlockWithPin(again, ACCOUNT, PIN, NOON)).toMatchObject({ ok: true, dataKey })
    const { device_key } = (await vault.readVault(again, ACCOUNT))!
    expect(device_key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', device_key)).rejects.toThrow()
  })

  it('counts wrong tries, lets nobody try while the wait runs, not even with the right PIN, and forgets them after it', async () => {
    const { factory, device } = await made()
    for (let n = 1; n <= 4; n++) {
      expect(await vault.unlockWithPin(device, ACCOUNT, '902741', NOON)).toMatchObject({
        ok: false,
        wait_ms: 0,
        failed: n,
      })
    }
    expect(await vault.unlockWithPin(device, ACCOUNT, '902741', NOON)).toMatchObject({
      reason: 'wrong',
      wait_ms: 30_000,
    })
    device.close()
    const again = openDevice(factory)
    expect(await vault.unlockWithPin(again, ACCOUNT, PIN, NOON + 29_000)).toMatchObject({
      reason: 'wait',
      wait_ms: 1_000,
      failed: 5,
    })
    expect(await vault.unlockWithPin(again, ACCOUNT, '902741', NOON + 30_000)).toMatchObject({
      reason: 'wrong',
      wait_ms: 60_000,
    })
    expect(await vault.unlockWithPin(again, ACCOUNT, PIN, NOON + 90_000)).toMatchObject({ ok: true })
    expect(await vault.readVault(again, ACCOUNT)).toMatchObject({ failed: 0, next_at: 0 })
  })

  it('lets nobody in sooner who turns the clock back', async () => {
    const { device } = await made()
    for (let n = 1; n <= 6; n++) await vault.unlockWithPin(device, ACCOUNT, '902741', NOON + n * 60_000)
    const later = NOON + 6 * 60_000
    expect(await vault.unlockWithPin(device, ACCOUNT, PIN, NOON - 1)).toMatchObject({ reason: 'wait', wait_ms: 60_000 })
    expect(await vault.unlockWithPin(device, ACCOUNT, PIN, NOON + 30_000)).toMatchObject({ reason: 'wait' })
    expect(await vault.unlockWithPin(device, ACCOUNT, PIN, later)).toMatchObject({ ok: true })
  })

  it('counts each of many tries at once', async () => {
    const { device } = await made()
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => vault.unlockWithPin(device, ACCOUNT, '902741', NOON)),
    )
    expect(tries.filter((one) => !one.ok && one.reason === 'wrong')).toHaveLength(5)
    expect(tries.filter((one) => !one.ok && one.reason === 'wait')).toHaveLength(3)
  })

  it('takes another PIN without touching the data key', async () => {
    const { device, dataKey } = await made()
    await vault.setPin(device, ACCOUNT, dataKey, '902741', rules)
    expect(await vault.unlockWithPin(device, ACCOUNT, PIN, NOON)).toMatchObject({ ok: false, reason: 'wrong' })
    expect(await vault.unlockWithPin(device, ACCOUNT, '902741', NOON)).toMatchObject({ ok: true, dataKey })
  })

  it('goes by the vault as it is now, though it was stretched by the one that was read before', async () => {
    const { device, dataKey } = await made()
    const before = (await vault.readVault(device, ACCOUNT))!.pin!
    expect(await vault.unlockWithPin(device, ACCOUNT, PIN, NOON, before)).toMatchObject({ ok: true, dataKey })
    await vault.setPin(device, ACCOUNT, dataKey, '902741', rules)
    expect(await vault.unlockWithPin(device, ACCOUNT, PIN, NOON, before)).toMatchObject({ ok: false, reason: 'wrong' })
    expect(await vault.unlockWithPin(device, ACCOUNT, '902741', NOON, before)).toMatchObject({ ok: true, dataKey })
  })

  it('opens with the key the server kept, whichever of two it was, and with no other phone’s', async () => {
    const { device, dataKey } = await made()
    const first = (await vault.addServerWrap(device, ACCOUNT, dataKey, 'k1'))!
    const second = (await vault.addServerWrap(device, ACCOUNT, dataKey, 'k2'))!
    expect(await vault.unlockWithStoreKey(device, ACCOUNT, 'k1', first)).toEqual(dataKey)
    expect(await vault.unlockWithStoreKey(device, ACCOUNT, 'k2', second)).toEqual(dataKey)
    expect(await vault.unlockWithStoreKey(device, ACCOUNT, 'k2', first)).toBeNull()
    await vault.noteKept(device, ACCOUNT, 'k2', '2026-11-24T04:00:00Z')
    expect(await vault.unlockWithStoreKey(device, ACCOUNT, 'k1', first)).toBeNull()
    const other = await made()
    expect(await vault.unlockWithStoreKey(other.device, ACCOUNT, 'k2', second)).toBeNull()
  })

  it('gives its PIN up only when the server keeps a key', async () => {
    const { device, dataKey } = await made()
    const key = (await vault.addServerWrap(device, ACCOUNT, dataKey, 'k1'))!
    expect(await vault.dropPin(device, ACCOUNT)).toBe(false)
    await vault.noteKept(device, ACCOUNT, 'k1', '2026-11-24T04:00:00Z')
    expect(await vault.dropPin(device, ACCOUNT)).toBe(true)
    await expect(vault.unlockWithPin(device, ACCOUNT, PIN, NOON)).rejects.toThrow()
    expect(await vault.unlockWithStoreKey(device, ACCOUNT, 'k1', key)).toEqual(dataKey)
  })

  it('is gone when it is destroyed', async () => {
    const { device } = await made()
    await vault.destroyVault(device, ACCOUNT)
    expect(await vault.readVault(device, ACCOUNT)).toBeUndefined()
  })

  it('opens by itself where no PIN is asked for', async () => {
    const { device, dataKey } = await made(null)
    expect(await vault.unlockBare((await vault.readVault(device, ACCOUNT))!, ACCOUNT)).toEqual(dataKey)
    const asked = await made()
    expect(await vault.unlockBare((await vault.readVault(asked.device, ACCOUNT))!, ACCOUNT)).toBeNull()
  })
})

describe('a store of before the encryption', () => {
  const plainCipher = { ...noKey, encrypt: () => undefined as never }

  /** Version 1, written as the app of before wrote it. */
  async function oldStore() {
    const { IDBKeyRange } = await import('fake-indexeddb')
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
    // What the new app captures is what the old one stored, but plain: read it out of a encrypted store.
    const { db } = await phone()
    const photo = await work(db)
    for (const table of db.tables.filter(({ name }) => old.tables.some((one) => one.name === name))) {
      const rows = (await table.toArray()) as { id?: string; encrypted?: 1; buffer?: ArrayBuffer }[]
      for (const row of rows) {
        if (table.name === 'photo_bytes') {
          row.buffer = (await readBytes(db, row.id!))!.buffer
          delete row.encrypted
        }
      }
      await old.table(table.name).bulkPut(rows)
    }
    for (let i = 0; i < 30; i++)
      await old.table('employers').put({ ...employerOf(`x${i}`), initials: 'dw', generation: 1, local: 0, gone: 0 })
    old.close()
    const device = openDevice(factory)
    await vault.createVault(device, ACCOUNT, { label: '刘＊＊', rules, pin: PIN, isOld: true })
    return { factory, device, photo }
  }

  const opened = async (db: LocalDb) =>
    Object.fromEntries(
      await Promise.all(
        db.tables.map(async ({ name }) => [
          name,
          name === 'photo_bytes' ? await db.photo_bytes.count() : await db.table(name).toArray(),
        ]),
      ),
    ) as Record<string, unknown>

  it('reads as it is until it is encrypted, and all of it afterwards', async () => {
    const { factory, device, photo } = await oldStore()
    const locked = openStore(factory, plainCipher)
    expect(await dump(factory)).toContain('刘海梅')
    expect((await locked.meta.get('me'))!.value).toMatchObject({ person: { name: '刘海梅' } })
    const before = await opened(locked)
    locked.close()
    const db = openStore(factory)
    await encryptOld(db, device, ACCOUNT)
    expect(await opened(db)).toEqual(before)
    expect(new TextDecoder().decode((await readBytes(db, uploadId(photo, 'copy')))!.buffer)).toBe('照片里的欠薪三个月')
    db.close()
    const text = await dump(factory)
    for (const secret of SECRETS) expect(text, secret).not.toContain(secret)
    expect((await vault.readVault(device, ACCOUNT))!.encrypting).toBeNull()
  })

  it('loses nothing when it is killed at any of its batches, and ends encrypted', { timeout: 60_000 }, async () => {
    let kills = 0
    for (let killAt = 1; ; killAt++) {
      const { factory, device } = await oldStore()
      const locked = openStore(factory, plainCipher)
      const before = await opened(locked)
      locked.close()
      let batches = 0
      const killed = openStore(factory)
      const isThrough = await encryptOld(
        killed,
        device,
        ACCOUNT,
        () => {
          if (++batches === killAt) throw new Error('killed')
        },
        4,
      ).then(
        () => true,
        () => false,
      )
      killed.close()
      if (isThrough) break
      kills++
      const half = openStore(factory)
      expect(await opened(half), `killed at batch ${killAt}`).toEqual(before)
      await encryptOld(half, device, ACCOUNT, undefined, 4)
      expect(await opened(half), `killed at batch ${killAt}`).toEqual(before)
      half.close()
      const text = await dump(factory)
      for (const secret of SECRETS) expect(text, `${secret}, killed at batch ${killAt}`).not.toContain(secret)
    }
    expect(kills).toBeGreaterThan(12)
  })

  it('keeps what is captured while it is being encrypted', async () => {
    const { factory, device } = await oldStore()
    const db = openStore(factory)
    let captured = 0
    await encryptOld(
      db,
      device,
      ACCOUNT,
      () => {
        if (captured++ < 3) void recordCheckIn(db, capture(), checkInOf('e1'), null)
      },
      3,
    )
    await Dexie.waitFor(Promise.resolve()).catch(() => undefined)
    expect((await db.records.toArray()).filter(({ kind }) => kind === 'check_in')).toHaveLength(4)
    expect(await dump(factory)).not.toContain('刘海梅')
  })
})

describe('an upgrade of the store that fails', () => {
  class Broken extends LocalDb {
    constructor(...of: ConstructorParameters<typeof LocalDb>) {
      super(...of)
      this.version(99)
        .stores({ outbox: 'op_id, device_seq, state, entity_id, employer_id, kind' })
        .upgrade(async (tx) => {
          await tx.table('drafts').clear()
          throw new Error('the upgrade is wrong')
        })
    }
  }

  it('leaves the old data as they were, and they can still be exported with the key', async () => {
    const { IDBKeyRange } = await import('fake-indexeddb')
    const { db, factory } = await phone()
    await work(db)
    const before = await db.outbox.toArray()
    db.close()
    const broken = new Broken('wangge-test', makeCipher(DATA_KEY), { indexedDB: factory, IDBKeyRange })
    await expect(broken.open()).rejects.toThrow()
    broken.close()
    const found = await openAsItIs('wangge-test', makeCipher(DATA_KEY), { indexedDB: factory, IDBKeyRange })
    const file = JSON.parse(await exportUnsent(found, {})) as {
      operations: { body: string }[]
      files: { base64: string }[]
    }
    expect(file.operations.map(({ body }) => body)).toEqual(before.map(({ body }) => body))
    expect(new TextDecoder().decode(Uint8Array.from(atob(file.files[0]!.base64), (c) => c.charCodeAt(0)))).toBe(
      '照片里的欠薪三个月',
    )
    found.close()
    expect(await openStore(factory).drafts.count()).toBe(1)
  })
})

it('a platform key lies in the store as it is, for it cannot be read anyway', async () => {
  const { db, factory } = await phone()
  const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  await writeMeta(db, 'signing_key', key)
  db.close()
  expect((await openStore(factory).meta.get('signing_key'))!.value).toMatchObject({
    privateKey: { extractable: false },
  })
  const cipher = makeCipher(DATA_KEY)
  expect(() => cipher.encrypt('meta', 'x', { key: 'x', value: key.privateKey })).toThrow(TypeError)
  expect(me().person.name).toBe('刘海梅')
})
