/**
 * The bytes of photos and notes in the store: in slices, encrypted before the transaction that keeps them, opened when they are sent.
 *
 * A slice is what a cheap phone encrypts and writes within a frame; an original of 5 MB at once held its screen for a tenth of a second.
 */
import { pause } from '@/shared/paint'
import type { LocalDb, PhotoBytesRow } from './db'
import { joined } from './slices'
import { StoreDamaged } from './storeCipher'

const SLICE = 1 << 20

const sliceId = (id: string, n: number) => (n ? `${id}/${n}` : id)

/** A file as rows for the store, one slice at a time, so that no frame waits for two. */
export async function encryptedBytes(
  db: LocalDb,
  id: string,
  type: string,
  buffer: ArrayBuffer,
): Promise<PhotoBytesRow[]> {
  const slices = Math.max(1, Math.ceil(buffer.byteLength / SLICE))
  const rows: PhotoBytesRow[] = []
  for (let n = 0; n < slices; n++) {
    await pause() // Chromium encrypts at once and on the page's thread
    const key = sliceId(id, n)
    const slice = await db.cipher.encryptFile(key, buffer.slice(n * SLICE, (n + 1) * SLICE))
    rows.push({ id: key, type, buffer: slice, encrypted: 1, ...(n === 0 && slices > 1 ? { slices } : {}) })
  }
  return rows
}

/** The bytes as they were captured; undefined when they are not here. Throws StoreDamaged when they are not whole. */
export async function readBytes(db: LocalDb, id: string): Promise<{ type: string; buffer: ArrayBuffer } | undefined> {
  const first = await db.photo_bytes.get(id)
  if (!first) return undefined
  const { type, slices = 1 } = first
  // One that was stored before the store was encrypted is plain.
  if (!first.encrypted) return { type, buffer: first.buffer }
  const keys = Array.from({ length: slices }, (_, n) => sliceId(id, n))
  const parts: Uint8Array[] = []
  for (const key of keys) {
    const row = key === id ? first : await db.photo_bytes.get(key)
    if (!row) throw new StoreDamaged('a part of a file is missing')
    parts.push(new Uint8Array(await db.cipher.decryptFile(key, row.buffer)))
  }
  return { type, buffer: joined(parts) }
}

/** Let go of files; within the caller's transaction where there is one. */
export async function deleteBytes(db: LocalDb, ids: string[]): Promise<void> {
  for (const id of ids) await db.photo_bytes.where('id').between(id, `${id}/\uffff`, true, true).delete()
}
