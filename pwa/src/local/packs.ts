/**
 * Employers once more, a few hundred encrypted together: a cold start opens ten files by the platform's cipher instead of five
 * thousand rows by ours.
 *
 * A pack only fills the memory of opened rows (encryption.ts), which goes by the bytes that lie in the table: a row that has changed
 * since is opened by itself, so a pack can be old or missing and never wrong.
 */
import type { EmployerRow, LocalDb, PackRow } from './db'
import { OpenedRow } from './encryption'

const PER_PACK = 500
/** Fewer rows than this are opened faster than new packs are written. */
const STALE = 200

/** Keys and marks of a pack's rows, which follow it line by line: a row is read when somebody looks at it. */
type Heads = [key: string, mark: number][]

/** In the order of the list, which is the order of the store. */
const idOf = (n: number) => `employers:${String(n).padStart(6, '0')}`
/** Under what a pack is encrypted: one of another release, of another form, does not open. */
const placeOf = (id: string) => `${id} by lines`

/** Take the packs into memory; damaged ones are passed over. `packs`: as they lie in the store, in its order. */
export async function loadPacks(db: LocalDb, packs: PackRow[]): Promise<void> {
  const opened = await Promise.all(
    packs.map(({ id, buffer }) => db.cipher.decryptFile(placeOf(id), buffer).catch(() => null)),
  )
  for (const plain of opened) {
    if (!plain) continue
    const [heads, ...rows] = new TextDecoder().decode(plain).split('\n')
    for (const [i, [key, mark]] of (JSON.parse(heads!) as Heads).entries()) {
      if (!db.opened.rows.has(key)) db.opened.rows.set(key, new OpenedRow(mark, rows[i]!))
    }
  }
}

/** Employers as they were packed, in the order of the list, for a first look until all of them have been read; null when nothing was packed. */
export const rememberedEmployers = (db: LocalDb): OpenedRow<EmployerRow>[] | null =>
  db.opened.rows.size ? ([...db.opened.rows.values()] as OpenedRow<EmployerRow>[]) : null

/** Read the rows that were packed, so many at a time. In pieces, with `pause` between, so that nobody waits. */
export async function readRemembered(db: LocalDb, pause: () => Promise<void>): Promise<void> {
  let n = 0
  for (const opened of db.opened.rows.values()) {
    void opened.row
    if (++n % PER_PACK === 0) await pause()
  }
}

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
  const ids = Array.from({ length: Math.ceil(keys.length / PER_PACK) }, (_, n) => idOf(n))
  const kept = await db.packs.toCollection().primaryKeys()
  if (!left.length && db.opened.misses - before < STALE && kept.join() === ids.join()) return
  for (const [n, id] of ids.entries()) {
    const heads: Heads = []
    const rows: string[] = []
    for (const key of keys.slice(n * PER_PACK, (n + 1) * PER_PACK)) {
      const opened = db.opened.rows.get(key)
      if (!opened) continue
      heads.push([key, opened.mark])
      rows.push(JSON.stringify(opened.row))
    }
    const plain = new TextEncoder().encode([JSON.stringify(heads), ...rows].join('\n'))
    await db.packs.put({ id, buffer: await db.cipher.encryptFile(placeOf(id), plain.buffer) })
    await pause()
  }
  await db.packs.where('id').noneOf(ids).delete()
}
