/**
 * Employers once more, a few hundred encrypted together: a cold start opens ten files by the platform's cipher instead of five
 * thousand rows by ours.
 *
 * A pack only fills the memory of opened rows (encryption.ts), which goes by the bytes that lie in the table: a row that has changed
 * since is opened by itself, so a pack can be old or missing and never wrong.
 */
import type { EmployerRow, LocalDb, PackRow } from './db'
import { OpenedRow } from './encryption'

const PER_PACK = 75
/** Fewer rows than this are opened faster than new packs are written. */
const STALE = 200

/** Keys and marks of a pack's rows. */
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
    const { heads, rows } = unpack(plain)
    for (const [i, [key, mark]] of heads.entries()) {
      if (!db.opened.rows.has(key)) db.opened.rows.set(key, new OpenedRow(mark, () => rows()[i]!))
    }
  }
}

/** A pack as bytes: how long its heads are, the heads, and a line of JSON for each row. */
function pack(heads: Heads, rows: object[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const [head, body] = [
    encoder.encode(JSON.stringify(heads)),
    encoder.encode(rows.map((row) => JSON.stringify(row)).join('\n')),
  ]
  const whole = new Uint8Array(4 + head.length + body.length)
  new DataView(whole.buffer).setUint32(0, head.length)
  whole.set(head, 4)
  whole.set(body, 4 + head.length)
  return whole
}

/** The lines are not read before somebody looks at one of them, and each is a row only for whoever looks at it. */
function unpack(whole: ArrayBuffer): { heads: Heads; rows: () => string[] } {
  const decoder = new TextDecoder()
  const length = new DataView(whole).getUint32(0)
  let lines: string[] | null = null
  return {
    heads: JSON.parse(decoder.decode(new Uint8Array(whole, 4, length))) as Heads,
    rows: () => (lines ??= decoder.decode(new Uint8Array(whole, 4 + length)).split('\n')),
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
    const rows: object[] = []
    for (const key of keys.slice(n * PER_PACK, (n + 1) * PER_PACK)) {
      const opened = db.opened.rows.get(key)
      if (!opened) continue
      heads.push([key, opened.mark])
      rows.push(opened.row)
    }
    await db.packs.put({ id, buffer: await db.cipher.encryptFile(placeOf(id), pack(heads, rows).buffer) })
    await pause()
  }
  await db.packs.where('id').noneOf(ids).delete()
}
