/** The bytes of photos in the store: encrypted before the transaction that keeps them, opened when they are sent. */
import type { LocalDb, PhotoBytesRow } from './db'

export async function encryptedBytes(
  db: LocalDb,
  id: string,
  type: string,
  buffer: ArrayBuffer,
): Promise<PhotoBytesRow> {
  return { id, type, buffer: await db.cipher.encryptFile(id, buffer), encrypted: 1 }
}

/** The bytes as they were captured; undefined when they are not here. */
export async function readBytes(db: LocalDb, id: string): Promise<{ type: string; buffer: ArrayBuffer } | undefined> {
  const row = await db.photo_bytes.get(id)
  if (!row) return undefined
  // One that was stored before the store was encrypted is plain.
  return { type: row.type, buffer: row.encrypted ? await db.cipher.decryptFile(id, row.buffer) : row.buffer }
}
