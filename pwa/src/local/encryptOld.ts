/** A store of before the encryption: its rows are encrypted where they lie, batch by batch; killed anywhere, it goes on from there. */
import type { LocalDb } from './db'
import type { DeviceStore } from './deviceStore'
import { encryptedBytes } from './photoBytes'
import { noteEncrypting, readVault } from './vault'

const BATCH = 200

/**
 * Seal what is still plain.
 *
 * Each batch is one transaction that reads rows and writes the same rows; the mark of how far it came follows it, so that after
 * a kill at most one batch is encrypted a second time, and none is left out. Rows that are written meanwhile are encrypted anyway.
 */
export async function encryptOld(
  db: LocalDb,
  device: DeviceStore,
  accountId: string,
  onProgress: (done: number, total: number) => void = () => undefined,
  batch = BATCH,
): Promise<void> {
  const from = (await readVault(device, accountId))?.encrypting
  if (!from) return
  const tables = db.tables
    .filter(({ name }) => name >= from.table && name !== 'packs')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const counts = await Promise.all(tables.map((table) => table.count()))
  const total = counts.reduce((sum, count) => sum + count, 0)
  let done = 0
  for (const table of tables) {
    let after = table.name === from.table ? from.after : null
    for (;;) {
      const size = table.name === 'photo_bytes' ? 1 : batch
      const keys = await (after === null ? table.orderBy(':id') : table.where(':id').above(after))
        .limit(size)
        .primaryKeys()
      if (!keys.length) break
      if (table.name === 'photo_bytes') await encryptFile(db, keys[0] as string)
      else {
        await db.transaction('rw', table, async () => {
          const rows = await table.bulkGet(keys)
          await table.bulkPut(rows.filter((row) => row !== undefined))
        })
      }
      after = keys[keys.length - 1] as string
      done += keys.length
      await noteEncrypting(device, accountId, { table: table.name, after })
      onProgress(done, total)
    }
  }
  await noteEncrypting(device, accountId, null)
}

async function encryptFile(db: LocalDb, id: string): Promise<void> {
  const row = await db.photo_bytes.get(id)
  if (!row || row.encrypted) return
  const encrypted = await encryptedBytes(db, id, row.type, row.buffer)
  await db.transaction('rw', db.photo_bytes, async () => {
    // Sent and gone meanwhile: it stays gone.
    if (await db.photo_bytes.get(id)) await db.photo_bytes.bulkPut(encrypted)
  })
}
