/**
 * Employers once more, a few hundred encrypted together: a cold start opens ten files by the platform's cipher instead of five
 * thousand rows by ours.
 *
 * A pack only fills the memory of opened rows (encryption.ts), which goes by the bytes that lie in the table: a row that has changed
 * since is opened by itself, so a pack can be old or missing and never wrong.
 */
import type { EmployerRow, LocalDb, PackRow } from './db'

const PER_PACK = 500
/** Fewer rows than this are opened faster than new packs are written. */
const STALE = 200

type Packed = [key: string, mark: number, row: object][]

const idOf = (n: number) => `employers:${n}`

/** Take the packs into memory; damaged ones are passed over. `packs`: as they lie in the store. */
export async function loadPacks(db: LocalDb, packs: PackRow[]): Promise<void> {
  await Promise.all(
    packs.map(async ({ id, buffer }) => {
      const plain = await db.cipher.decryptFile(id, buffer).catch(() => null)
      if (!plain) return
      for (const [key, mark, row] of JSON.parse(new TextDecoder().decode(plain)) as Packed) {
        if (!db.opened.rows.has(key)) db.opened.rows.set(key, { mark, row })
      }
    }),
  )
}

/** Employers as they were packed, for a first look until all of them have been read; null when nothing was packed. */
export const rememberedEmployers = (db: LocalDb): EmployerRow[] | null =>
  db.opened.rows.size ? [...db.opened.rows.values()].map(({ row }) => row as EmployerRow) : null

/** Write the packs anew where too many rows are in none of them, or where one holds an employer that has left. In pieces, with `pause` between, so that nobody waits. */
export async function refreshPacks(db: LocalDb, pause: () => Promise<void>): Promise<void> {
  const keys = await db.employers.toCollection().primaryKeys()
  const before = db.opened.misses
  for (let at = 0; at < keys.length; at += STALE) {
    await db.employers.bulkGet(keys.slice(at, at + STALE))
    await pause()
  }
  const known = new Set(keys)
  const left = [...db.opened.rows.keys()].filter((key) => !known.has(key as string))
  for (const key of left) db.opened.rows.delete(key)
  // In the order of the list, so that sorting it at the next start has nothing to do.
  const initials = (key: string) => (db.opened.rows.get(key)?.row as EmployerRow | undefined)?.initials ?? ''
  keys.sort((a, b) => (initials(a) < initials(b) ? -1 : 1))
  const count = Math.ceil(keys.length / PER_PACK)
  if (!left.length && db.opened.misses - before < STALE && (await db.packs.count()) === count) return
  for (let n = 0; n < count; n++) {
    const packed: Packed = []
    for (const key of keys.slice(n * PER_PACK, (n + 1) * PER_PACK)) {
      const opened = db.opened.rows.get(key)
      if (opened) packed.push([key, opened.mark, opened.row])
    }
    const plain = new TextEncoder().encode(JSON.stringify(packed))
    await db.packs.put({ id: idOf(n), buffer: await db.cipher.encryptFile(idOf(n), plain.buffer) })
    await pause()
  }
  await db.packs
    .where('id')
    .noneOf(Array.from({ length: count }, (_, n) => idOf(n)))
    .delete()
}
