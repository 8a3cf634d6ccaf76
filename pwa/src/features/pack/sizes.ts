/** What the pack holds: how many, about how large, how old. */
import { baseMapState } from '@/local/baseMap'
import type { LocalDb } from '@/local/db'
import { pullState } from '@/local/reference'
import type { Catalogues } from '@/local/shapes'

export type PartName = 'grids' | 'employers' | 'patrols' | 'places' | 'basemap' | 'base' | 'words'

export interface PackPart {
  name: PartName
  /** Null where counting says nothing. */
  count: number | null
  /** As JSON text; what the store needs for it is about as much. */
  bytes: number
  /** Null: not here yet. */
  at: string | null
  /** Of what is still coming: bytes here, bytes in all. */
  coming?: { received: number; bytes: number } | null
  /** The server has none. */
  is_none?: boolean
}

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length
const SAMPLE = 200

/** The size of many rows by a sample of them: exact enough to say "about", and 5,000 rows are not all written out for it. */
export function aboutBytes(rows: readonly unknown[]): number {
  if (rows.length <= SAMPLE) return bytesOf(rows)
  const step = rows.length / SAMPLE
  const sample = Array.from({ length: SAMPLE }, (_, i) => rows[Math.floor(i * step)])
  return Math.round((bytesOf(sample) / SAMPLE) * rows.length)
}

const featuresOf = (data: unknown) => (data as { features?: unknown[] } | undefined)?.features?.length ?? 0
/** What is chosen from; the names of places are for comparing only. */
const wordsOf = (data: unknown) =>
  Object.entries((data ?? {}) as Catalogues).reduce(
    (sum, [name, list]) => sum + (name === 'place_names' ? 0 : list.length),
    0,
  )

export async function packParts(db: LocalDb): Promise<PackPart[]> {
  const [grids, employers, patrols, pull, reference, base] = await Promise.all([
    db.grids.toArray(),
    db.employers.toArray(),
    db.patrols.toArray(),
    pullState(db),
    db.reference.toArray(),
    baseMapState(db),
  ])
  const at = pull.up_to_date_at
  const row = (key: string) => reference.find((other) => other.key === key)
  const fetched = (name: PartName, key: string, count: (data: unknown) => number | null): PackPart => {
    const found = row(key)
    return {
      name,
      count: found ? count(found.data) : null,
      bytes: found ? bytesOf(found.data) : 0,
      at: found?.fetched_at ?? null,
    }
  }
  return [
    { name: 'grids', count: grids.length, bytes: aboutBytes(grids), at },
    { name: 'employers', count: employers.length, bytes: aboutBytes(employers), at },
    { name: 'patrols', count: patrols.length, bytes: aboutBytes(patrols), at },
    fetched('places', 'places', featuresOf),
    fetched('basemap', 'basemap', () => null),
    {
      name: 'base',
      count: null,
      bytes: base.current?.bytes ?? 0,
      at: base.current && base.checked_at,
      coming: base.coming,
      is_none: base.is_none,
    },
    fetched('words', 'catalogues', wordsOf),
  ]
}

export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} KB`
  return bytes < 1e9 ? `${Math.round(bytes / 1e5) / 10} MB` : `${Math.round(bytes / 1e8) / 10} GB`
}
