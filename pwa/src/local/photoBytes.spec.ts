import { describe, expect, it } from 'vitest'
import { openStore } from '@/testing/phone'
import { deleteBytes, encryptedBytes, readBytes } from './photoBytes'
import { StoreDamaged } from './storeCipher'

const MB = 1 << 20
const fileOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 12)) % 251).buffer
/** As text, one character a byte: told alike or not at once, whatever the size. */
const spelled = (buffer: ArrayBuffer) => new TextDecoder('latin1').decode(buffer)

async function kept(length: number, id = 'p:original') {
  const db = openStore()
  const file = fileOf(length)
  await db.photo_bytes.bulkAdd(await encryptedBytes(db, id, 'image/jpeg', file))
  return { db, file }
}

describe('the bytes of a file', () => {
  it.each([0, 1, MB - 1, MB, MB + 1, 3 * MB - 7])('come back as they were: %i of them', async (length) => {
    const { db, file } = await kept(length)
    const read = (await readBytes(db, 'p:original'))!
    expect(read.type).toBe('image/jpeg')
    expect(spelled(read.buffer) === spelled(file)).toBe(true)
  })

  it('lie in slices that a frame can hold, and say nothing', async () => {
    const { db } = await kept(3 * MB - 7)
    const rows = await db.photo_bytes.toArray()
    expect(rows.map(({ id, slices }) => [id, slices])).toEqual([
      ['p:original', 3],
      ['p:original/1', undefined],
      ['p:original/2', undefined],
    ])
    for (const { buffer } of rows) expect(buffer.byteLength).toBeLessThan(MB + 100)
    expect(spelled(rows[0]!.buffer).includes(spelled(fileOf(64)))).toBe(false)
  })

  it('are damaged, and said to be, when a slice is missing or in the wrong place', async () => {
    const { db } = await kept(3 * MB)
    const [, one, two] = await db.photo_bytes.toArray()
    await db.photo_bytes.bulkPut([
      { ...one!, buffer: two!.buffer },
      { ...two!, buffer: one!.buffer },
    ])
    await expect(readBytes(db, 'p:original')).rejects.toThrow(StoreDamaged)
    await db.photo_bytes.bulkPut([one!, two!])
    await db.photo_bytes.delete('p:original/1')
    await expect(readBytes(db, 'p:original')).rejects.toThrow(StoreDamaged)
  })

  it('go as a whole, and nobody else’s with them', async () => {
    const { db } = await kept(2 * MB + 1)
    await db.photo_bytes.bulkAdd(await encryptedBytes(db, 'p:copy', 'image/jpeg', fileOf(10)))
    await db.photo_bytes.bulkAdd(await encryptedBytes(db, 'p2:original', 'image/jpeg', fileOf(10)))
    await deleteBytes(db, ['p:original'])
    expect(await db.photo_bytes.toCollection().primaryKeys()).toEqual(['p2:original', 'p:copy'])
    expect(await readBytes(db, 'p:original')).toBeUndefined()
  })

  it('of releases before are read: one row whatever its size, encrypted or plain', async () => {
    const db = openStore()
    const file = fileOf(2 * MB)
    const encrypted = await db.cipher.encryptFile('p:original', file)
    await db.photo_bytes.add({ id: 'p:original', type: 'image/jpeg', buffer: encrypted, encrypted: 1 })
    await db.photo_bytes.add({ id: 'p:copy', type: 'image/jpeg', buffer: file })
    for (const id of ['p:original', 'p:copy']) {
      const read = (await readBytes(db, id))!
      expect(spelled(read.buffer) === spelled(file), id).toBe(true)
    }
  })
})
