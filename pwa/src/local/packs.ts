/**
 * Employers once more, some of them encrypted together: a cold start opens a few dozen files by the platform's cipher instead of five
 * thousand rows by ours.
 *
 * A pack only fills the memory of opened rows (encryption.ts), which goes by the bytes that lie in the table: a row that has changed
 * since is opened by itself, so a pack can be old or missing and never wrong.
 */
import type { EmployerRow, LocalDb, PackRow } from './db'
import { OpenedRow, type KeptRows } from './encryption'
import { packId, packOfSlice, sliceId, slicesOf } from './names'
import { joined } from './slices'
import { afterPaint } from '@/shared/paint'

const PER_PACK = 500
/** Bytes. Chromium keeps a value of less than 64 KB with its key; a larger one is a file of its own, and takes its time. */
const SLICE = 60_000
/** Fewer rows than this are opened faster than new packs are written. */
const STALE = 200

/** Bytes before the heads. */
const HEADER = 12

/** Keys and marks of a pack's rows. */
type Heads = [key: string, mark: number][]

/** Slices by their packs, in the order of the store. */
function byPack(slices: PackRow[]): [id: string, parts: Uint8Array[]][] {
  const parts = new Map<string, Uint8Array[]>()
  for (const { id, buffer } of slices) {
    const pack = packOfSlice(id)
    const known = parts.get(pack)
    if (known) known.push(new Uint8Array(buffer))
    else parts.set(pack, [new Uint8Array(buffer)])
  }
  return [...parts]
}

function sliced(pack: string, buffer: ArrayBuffer): PackRow[] {
  const count = Math.ceil(buffer.byteLength / SLICE)
  return Array.from({ length: count }, (_, n) => ({
    id: sliceId(pack, n),
    buffer: buffer.slice(n * SLICE, (n + 1) * SLICE),
  }))
}

/** A pack that is open. Its lines are not read before somebody looks at one of them, and each is a row only for whoever looks at it. */
class Pack {
  /** How many rows it has, and how many all packs have. */
  readonly count: number
  readonly total: number
  private readonly headsLength: number
  private lines: string[] | null = null

  constructor(private readonly bytes: ArrayBuffer) {
    const view = new DataView(bytes)
    this.count = view.getUint32(0)
    this.total = view.getUint32(4)
    this.headsLength = view.getUint32(8)
  }

  heads(): Heads {
    return JSON.parse(this.text(HEADER, this.headsLength)) as Heads
  }

  line(i: number): string {
    this.lines ??= this.text(HEADER + this.headsLength).split('\n')
    return this.lines[i]!
  }

  private text(at: number, length?: number): string {
    return new TextDecoder().decode(new Uint8Array(this.bytes, at, length))
  }

  static of(heads: Heads, rows: object[], total: number): ArrayBuffer {
    const encoder = new TextEncoder()
    const head = encoder.encode(JSON.stringify(heads))
    const body = encoder.encode(rows.map((row) => JSON.stringify(row)).join('\n'))
    const whole = new Uint8Array(HEADER + head.length + body.length)
    const view = new DataView(whole.buffer)
    view.setUint32(0, rows.length)
    view.setUint32(4, total)
    view.setUint32(8, head.length)
    whole.set(head, HEADER)
    whole.set(body, HEADER + head.length)
    return whole.buffer
  }
}

/** The slices of the first pack, as they lie there. */
export const readFirstPack = (db: LocalDb): Promise<PackRow[]> =>
  db.packs
    .where('id')
    .between(...slicesOf(packId(0)), true, true)
    .toArray()

/**
 * Take the packs into memory: the first of them now, the others when the first page has been painted; damaged ones are passed over.
 *
 * @param first the slices of the first, in the order of the store
 * @param painted resolves when there is time for the others
 */
export async function loadPacks(db: LocalDb, first: PackRow[], painted = afterPaint): Promise<void> {
  const open = async ([id, parts]: [string, Uint8Array[]]) => {
    const bytes = await db.cipher.decryptFile(id, joined(parts)).catch(() => null)
    return bytes && new Pack(bytes)
  }
  const takeIn = (packs: (Pack | null)[]) => db.opened.takeIn(keptIn(packs.filter((pack) => pack !== null)))
  const [one] = byPack(first)
  if (!one) return
  const packs = [await open(one)]
  takeIn(packs)
  db.opened.all = painted().then(async () => {
    // A store that is closed by now wants no more of them.
    const others = await db.packs.where('id').above(first.at(-1)!.id).toArray().catch(() => []) // prettier-ignore
    for (const other of byPack(others)) packs.push(await open(other))
    takeIn(packs)
  })
}

const keptIn = (packs: Pack[]): KeptRows => ({
  total: packs[0]?.total ?? 0,
  *all() {
    for (const pack of packs) {
      for (const [i, [key, mark]] of pack.heads().entries()) yield [key, new OpenedRow(mark, () => pack.line(i))]
    }
  },
  inOrder: () =>
    packs.flatMap((pack) => Array.from({ length: pack.count }, (_, i) => new OpenedRow(0, () => pack.line(i)))),
})

/** Employers for a first look. */
export interface Remembered {
  /** Those that are open, in the order of the list. */
  rows: { row: EmployerRow }[]
  total: number
}

/**
 * Employers as they were packed, for a first look until all of them have been read; later those that were opened since. Null where
 * there are none.
 */
export function rememberedEmployers(db: LocalDb): Remembered | null {
  const { kept } = db.opened
  if (kept?.total) return { rows: kept.inOrder() as OpenedRow<EmployerRow>[], total: kept.total }
  const rows = [...db.opened.rows.values()] as OpenedRow<EmployerRow>[]
  return rows.length ? { rows: rows.sort((a, b) => byInitials(a.row, b.row)), total: rows.length } : null
}

/** The order of the list. */
export const byInitials = (a: EmployerRow, b: EmployerRow): number =>
  a.initials < b.initials ? -1 : a.initials > b.initials ? 1 : 0

/** Read the rows that were packed, so many at a time. In pieces, with `pause` between, so that nobody waits. */
export async function readRemembered(db: LocalDb, pause: () => Promise<void>): Promise<void> {
  let n = 0
  await db.opened.all
  for (const opened of db.opened.rows.values()) {
    void opened.row
    if (++n % PER_PACK === 0) await pause()
  }
  db.opened.kept = null
}

/** Write the packs anew where too many rows are in none of them, or where one holds an employer that has left. In pieces, with `pause` between, so that nobody waits. */
export async function refreshPacks(db: LocalDb, pause: () => Promise<void>): Promise<void> {
  await db.opened.all
  const keys = await db.employers.toCollection().primaryKeys()
  const before = db.opened.misses
  for (let at = 0; at < keys.length; at += STALE) {
    await db.employers.bulkGet(keys.slice(at, at + STALE))
    await pause()
  }
  const known = new Set(keys)
  const left = [...db.opened.rows.keys()].filter((key) => !known.has(key as string))
  for (const key of left) db.opened.rows.delete(key)
  const initials = (key: string) => (db.opened.rows.get(key)?.row as EmployerRow | undefined)?.initials ?? ''
  keys.sort((a, b) => (initials(a) < initials(b) ? -1 : 1))
  const ids = Array.from({ length: Math.ceil(keys.length / PER_PACK) }, (_, n) => packId(n))
  const kept = new Set((await db.packs.toCollection().primaryKeys()).map(packOfSlice))
  if (!left.length && db.opened.misses - before < STALE && [...kept].join() === ids.join()) return
  for (const [n, id] of ids.entries()) {
    const heads: Heads = []
    const rows: object[] = []
    for (const key of keys.slice(n * PER_PACK, (n + 1) * PER_PACK)) {
      const opened = db.opened.rows.get(key)
      if (!opened) continue
      heads.push([key, opened.mark])
      rows.push(opened.row)
    }
    const slices = sliced(id, await db.cipher.encryptFile(id, Pack.of(heads, rows, keys.length)))
    await db.transaction('rw', db.packs, async () => {
      await db.packs.where('id').startsWith(`${id}:`).delete()
      await db.packs.bulkPut(slices)
    })
    await pause()
  }
  const written = new Set(ids)
  const gone = (await db.packs.toCollection().primaryKeys()).filter((id) => !written.has(packOfSlice(id)))
  await db.packs.bulkDelete(gone)
}
