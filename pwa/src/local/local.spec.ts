import { describe, expect, it } from 'vitest'
import { sha256OfText } from '@/shared/sha256'
import { newId } from '@/shared/ids'
import {
  capture,
  checkInOf,
  me,
  NOON,
  openStore,
  phone,
  photoOf,
  receiptOf,
  registrationOf,
  visitOf,
} from '@/testing/phone'
import { discardDraft, readDraft, saveDraft } from './drafts'
import { exportUnsent, markSeen, operationOf, resend } from './outbox'
import { isReceived, standing } from './standing'
import { readBytes } from './photoBytes'
import { dropDraftPhoto, keepPhoto, uploadId } from './photos'
import { correctEmployer, finishPatrol, recordCheckIn, recordVisit, registerEmployer, startPatrol } from './records'

describe('capture', () => {
  it('writes the record and the operation as it will be sent, text and hash, together', async () => {
    const { db } = await phone()
    const record = await recordCheckIn(db, capture(), checkInOf('e1'), [118.77, 36.92])
    const [row] = await db.outbox.toArray()
    expect(row).toMatchObject({ kind: 'check_in.record', entity_id: record.id, state: 'waiting', device_seq: 1 })
    expect(row!.sha256).toBe(sha256OfText(row!.body))
    expect(operationOf(row!)).toMatchObject({ v: 1, captured_at: '2026-11-24T04:00:00.000Z', payload: checkInOf('e1') })
    expect(record.distance_m).toBeCloseTo(0)
    expect(record.captured_on).toBe('2026-11-24')
  })

  it('numbers what a phone captures without a gap, side by side too', async () => {
    const { db } = await phone()
    await Promise.all(Array.from({ length: 20 }, () => recordCheckIn(db, capture(), checkInOf('e1'), null)))
    const numbers = (await db.outbox.toArray()).map((row) => row.device_seq).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  it('leaves nothing of a record behind when its transaction fails half way', async () => {
    const { db } = await phone()
    db.outbox.hook('creating', () => {
      throw new Error('killed')
    })
    await expect(recordCheckIn(db, capture(), checkInOf('e1'), null)).rejects.toThrow('killed')
    expect(await db.records.count()).toBe(0)
    expect(await db.outbox.count()).toBe(0)
    expect(await db.meta.get('chain')).toBeUndefined()
  })

  it('is all there after the app was killed and opened again', async () => {
    const { db, factory } = await phone()
    await startPatrol(db, capture(), 'p1')
    await finishPatrol(db, capture(), 'p1', '顺利')
    await registerEmployer(db, capture(), 'e9', registrationOf('新开饭店'), [], 'register')
    db.close()
    const again = openStore(factory)
    expect((await again.outbox.toArray()).map((row) => row.kind).sort()).toEqual([
      'employer.register',
      'patrol.finish',
      'patrol.start',
    ])
    expect(await again.employers.get('e9')).toMatchObject({
      name: '新开饭店',
      local: 1,
      review_state: 'waiting_review',
    })
  })
})

describe('a visit with photos', () => {
  async function withPhotos() {
    const { db, factory } = await phone()
    const of = { draft_key: 'visit:e1', subject_kind: 'visit' as const, employer_id: 'e1', source: 'camera' as const }
    const one = await keepPhoto(db, capture(), await photoOf(3), of)
    const two = await keepPhoto(db, capture(NOON + 1000), await photoOf(5), { ...of, source: 'gallery' })
    await saveDraft(db, 'visit:e1', 'e1', { note: '一半' }, NOON)
    return { db, factory, one, two }
  }

  it('keeps bytes and both hashes from the moment of capture, before the visit is saved', async () => {
    const { factory, one } = await withPhotos()
    const again = openStore(factory)
    expect(await readDraft(again, 'visit:e1')).toMatchObject({ value: { note: '一半' } })
    const bytes = await readBytes(again, uploadId(one.id, 'copy'))
    expect(bytes!.buffer.byteLength).toBe(2_000)
    expect(bytes!.buffer).toBeInstanceOf(ArrayBuffer)
    expect(await again.uploads.where('state').equals('draft').count()).toBe(6)
    expect(await again.outbox.count()).toBe(0)
  })

  it('announces each photo with the moment it was taken, and ends the draft, in one transaction', async () => {
    const { db, one, two } = await withPhotos()
    const id = newId()
    await recordVisit(db, capture(NOON + 60_000), id, visitOf('e1', [one.id, two.id]), 'visit:e1')
    const operations = (await db.outbox.orderBy('device_seq').toArray()).map(operationOf)
    expect(operations.map(({ kind }) => kind)).toEqual(['visit.record', 'evidence.announce', 'evidence.announce'])
    expect(operations[1]).toMatchObject({
      entity_id: one.id,
      captured_at: '2026-11-24T04:00:00.000Z',
      payload: {
        subject_kind: 'visit',
        subject_id: id,
        source: 'camera',
        copy: { sha256: one.copy_sha256, bytes: 2_000 },
        original: { sha256: one.original_sha256, bytes: 4_000 },
      },
    })
    expect(await readDraft(db, 'visit:e1')).toBeNull()
    expect(await db.uploads.where('state').equals('waiting').count()).toBe(6)
  })

  it('keeps draft and photos when saving fails half way', async () => {
    const { db, one } = await withPhotos()
    let announced = 0
    db.outbox.hook('creating', () => {
      if (++announced === 2) throw new Error('killed')
    })
    await expect(recordVisit(db, capture(), newId(), visitOf('e1', [one.id]), 'visit:e1')).rejects.toThrow('killed')
    expect(await db.records.count()).toBe(0)
    expect(await readDraft(db, 'visit:e1')).not.toBeNull()
    expect((await db.photos.get(one.id))!.state).toBe('draft')
  })

  it('gives a photo up only while it is a draft', async () => {
    const { db, one, two } = await withPhotos()
    await dropDraftPhoto(db, two.id)
    expect(await db.photo_bytes.count()).toBe(3)
    await recordVisit(db, capture(), newId(), visitOf('e1', [one.id]), 'visit:e1')
    await dropDraftPhoto(db, one.id)
    expect(await db.photo_bytes.count()).toBe(3)
    expect(await db.photos.count()).toBe(1)
  })

  it('goes with its draft when the person throws it away', async () => {
    const { db } = await withPhotos()
    await discardDraft(db, 'visit:e1')
    expect([await db.drafts.count(), await db.photos.count(), await db.uploads.count(), await db.photo_bytes.count()]).toEqual([0, 0, 0, 0]) // prettier-ignore
  })
})

describe('what needs the person', () => {
  async function quarantined() {
    const { db } = await phone()
    await registerEmployer(db, capture(), 'e9', registrationOf('新开饭店'), [], 'register')
    const [row] = await db.outbox.toArray()
    await db.outbox.update(row!.op_id, {
      state: 'needs_you',
      outcome: 'quarantined',
      receipt: receiptOf(row!.op_id, row!.sha256),
      problem: { type: 'credit_code_invalid', title: '', status: 422, detail: '' },
    })
    return { db, old: row! }
  }

  it('is corrected by a new operation about the same employer, with the first moment', async () => {
    const { db, old } = await quarantined()
    await correctEmployer(db, old.op_id, { ...registrationOf('新开饭店'), note: '改正' })
    const rows = await db.outbox.orderBy('device_seq').toArray()
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ op_id: old.op_id, body: old.body, corrected_by: rows[1]!.op_id })
    expect(operationOf(rows[1]!)).toMatchObject({
      entity_id: 'e9',
      captured_at: operationOf(old).captured_at,
      payload: { note: '改正' },
    })
    expect((await standing(db)).needs_you).toBe(0)
  })

  it('is the same operation again when the server never answered for it', async () => {
    const { db, old } = await quarantined()
    await db.outbox.update(old.op_id, { receipt: null })
    await resend(db, old.op_id)
    expect(await db.outbox.count()).toBe(1)
    expect(await db.outbox.get(old.op_id)).toMatchObject({ state: 'waiting', body: old.body })
  })

  it('may be left at that only when the server has it', async () => {
    const { db, old } = await quarantined()
    await markSeen(db, old.op_id, NOON)
    expect((await standing(db)).needs_you).toBe(0)
    await db.outbox.update(old.op_id, { receipt: null, seen_at: null })
    await markSeen(db, old.op_id, NOON)
    expect(await standing(db)).toMatchObject({ needs_you: 1, unsafe: 1 })
  })

  it('does not count a receipt for another text as one', async () => {
    const { old } = await quarantined()
    expect(isReceived({ ...old, receipt: receiptOf(old.op_id, '00') })).toBe(false)
  })
})

describe('the way out', () => {
  it('exports every operation and copy that the server does not have, as they are', async () => {
    const { db } = await phone()
    const photo = await keepPhoto(db, capture(), await photoOf(3), {
      draft_key: 'visit:e1',
      subject_kind: 'visit',
      employer_id: 'e1',
      source: 'camera',
    })
    await recordVisit(db, capture(), newId(), visitOf('e1', [photo.id]), 'visit:e1')
    const file = JSON.parse(await exportUnsent(db, { person: me().person.name }))
    expect(file.operations).toHaveLength(2)
    expect(sha256OfText(file.operations[0].body)).toBe(file.operations[0].sha256)
    expect(file.files[0]).toMatchObject({ evidence_id: photo.id, part: 'copy', sha256: photo.copy_sha256 })
    expect(atob(file.files[0].base64)).toHaveLength(2_000)
  })
})
