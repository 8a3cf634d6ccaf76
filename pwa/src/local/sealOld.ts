/** A store of before the seal: its rows are sealed where they lie, batch by batch; killed anywhere, it goes on from there. */
import type { DeviceDb, LocalDb } from './db'
import { sealedBytes } from './photoBytes'
import { noteSealing, readVault } from './vault'

const BATCH = 200

/**
 * Seal what is still plain.
 *
 * Each batch is one transaction that reads rows and writes the same rows; the mark of how far it came follows it, so that after
 * a kill at most one batch is sealed a second time, and none is left out. Rows that are written meanwhile are sealed anyway.
 */
export async function sealOld(
  db: LocalDb,
  device: DeviceDb,
  accountId: string,
  onProgress: (done: number, total: number) => void = () => undefined,
  batch = BATCH,
): Promise<void> {
  const from = (await readVault(device, accountId))?.sealing
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
      if (table.name === 'photo_bytes') await sealFile(db, keys[0] as string)
      else {
        await db.transaction('rw', table, async () => {
          const rows = await table.bulkGet(keys)
          await table.bulkPut(rows.filter((row) => row !== undefined))
        })
      }
      after = keys[keys.length - 1] as string
      done += keys.length
      await noteSealing(device, accountId, { table: table.name, after })
      onProgress(done, total)
    }
  }
  await noteSealing(device, accountId, null)
}

async function sealFile(db: LocalDb, id: string): Promise<void> {
  const row = await db.photo_bytes.get(id)
  if (!row || row.sealed) return
  const sealed = await sealedBytes(db, id, row.type, row.buffer)
  await db.transaction('rw', db.photo_bytes, async () => {
    // Sent and gone meanwhile: it stays gone.
    if (await db.photo_bytes.get(id)) await db.photo_bytes.put(sealed)
  })
}
