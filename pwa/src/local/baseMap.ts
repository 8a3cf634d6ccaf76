/**
 * The base map of her area: one PMTiles archive, in pieces as they came.
 *
 * It lies there unencrypted: it is public map data of whole tiles, kilometres wider than her grids and the same for her neighbours,
 * and the map reads it hundreds of times a minute. It goes with the store when the phone is erased.
 */
import { readMeta, writeMeta, type LocalDb } from './db'

export interface BaseMapState {
  /** The archive that the map draws. */
  current: { etag: string; bytes: number } | null
  /** A newer one on its way: it goes on where it was cut off. */
  coming: { etag: string; bytes: number; received: number } | null
  /** When the server last said that this is the newest, or that there is none. */
  checked_at: string | null
  /** The server has none of her area. */
  is_none: boolean
}

export interface BaseMapPart {
  /** `${etag} ${number}` */
  id: string
  buffer: ArrayBuffer
}

export const PART_BYTES = 256 * 1024
const KEY = 'base_map'
const NOTHING: BaseMapState = { current: null, coming: null, checked_at: null, is_none: false }

export const partId = (etag: string, n: number) => `${etag} ${n}`
export const baseMapState = async (db: LocalDb) => (await readMeta<BaseMapState>(db, KEY)) ?? NOTHING

/** Keep a state and, with it, a piece; pieces of any other archive than the state's two go. */
export async function keepBaseMap(db: LocalDb, state: BaseMapState, part?: BaseMapPart): Promise<BaseMapState> {
  await db.transaction('rw', db.base_parts, db.meta, async () => {
    if (part) await db.base_parts.put(part)
    await writeMeta(db, KEY, state)
    const kept = [state.current?.etag, state.coming?.etag].filter((etag) => etag !== undefined)
    const ids = await db.base_parts.toCollection().primaryKeys()
    await db.base_parts.bulkDelete(ids.filter((id) => !kept.some((etag) => id.startsWith(`${etag} `))))
  })
  return state
}

/** Bytes of a stored archive; fewer at its end. Throws where a piece is not there. */
export async function readBaseMap(db: LocalDb, etag: string, offset: number, length: number): Promise<ArrayBuffer> {
  const first = Math.floor(offset / PART_BYTES)
  const last = Math.floor((offset + length - 1) / PART_BYTES)
  const ids = Array.from({ length: last - first + 1 }, (_, i) => partId(etag, first + i))
  const parts = (await db.base_parts.bulkGet(ids)).filter((part) => part !== undefined)
  if (!parts.length) throw new Error(`the base map has no piece ${ids[0]}`)
  const begin = offset - first * PART_BYTES
  if (parts.length === 1) return parts[0]!.buffer.slice(begin, begin + length)
  const whole = await new Blob(parts.map(({ buffer }) => buffer)).arrayBuffer()
  return whole.slice(begin, begin + length)
}
