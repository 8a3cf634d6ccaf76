/** Her way while on duty, kept point by point, and sealed into an operation when a stretch is full or the duty ends. */
import { newId } from '@/shared/ids'
import { distanceM } from '@/shared/geo'
import { chinaDay, isoMoment } from '@/shared/time'
import type { LocalDb, OutboxRow, TrackRow } from './db'
import { append, draftOf, type Capture, type Draft } from './seal'
import type { TrackPoint } from './shapes'

/** A place on her way: `at` is ms of the phone's clock. */
export interface Spot {
  lon: number
  lat: number
  accuracy_m: number
  at: number
}

/** A line has at least two ends; a stretch of one point says nothing that the check-ins do not. */
const FEWEST = 2

const packed = (spot: Spot, beganMs: number): TrackPoint => [
  Math.round((spot.at - beganMs) / 100) / 10,
  Math.round(spot.lon * 1e6) / 1e6,
  Math.round(spot.lat * 1e6) / 1e6,
  Math.round(spot.accuracy_m * 10) / 10,
]

/** Metres along a way, counted only where she is at least `stepM` from where the count last stood: standing still adds nothing. */
export function walkedM(points: readonly TrackPoint[], stepM: number): number {
  let total = 0
  let stand = points[0]
  for (const point of points) {
    if (!stand) break
    const step = distanceM([stand[1], stand[2]], [point[1], point[2]])
    if (step < stepM) continue
    total += step
    stand = point
  }
  return total
}

/** Keep a point of a patrol's way, at once: a killed app has lost at most the one on its way. */
export async function keepSpot(
  db: LocalDb,
  capture: Capture,
  patrolId: string,
  spot: Spot,
  limits: { track_chunk_points: number; track_step_m: number },
): Promise<void> {
  const isFull = await db.transaction('rw', db.tracks, async () => {
    const open = (await openTracks(db)).find((row) => row.patrol_id === patrolId)
    const row = open ?? (await begin(db, patrolId, spot))
    const points = [...row.points, packed(spot, Date.parse(row.began_at))]
    await db.tracks.put({ ...row, points, walked_m: walkedM(points, limits.track_step_m) })
    return points.length >= limits.track_chunk_points
  })
  if (!isFull) return
  await append(db, () => trackOperations(db, capture), {
    tables: ['tracks'],
    write: async (rows) => {
      if ((await markTracksSealed(db, rows)) === false) return false
      // The next stretch goes on from the point where this one ends.
      const next = await begin(db, patrolId, spot)
      await db.tracks.put({ ...next, points: [packed(spot, Date.parse(next.began_at))] })
    },
  })
}

const openTracks = (db: LocalDb) => db.tracks.where('state').equals('open').toArray()

async function begin(db: LocalDb, patrolId: string, spot: Spot): Promise<TrackRow> {
  const seq = await db.tracks.where('patrol_id').equals(patrolId).count()
  const began_at = isoMoment(spot.at)
  return {
    id: newId(),
    patrol_id: patrolId,
    seq,
    state: 'open',
    on: chinaDay(spot.at),
    began_at,
    points: [],
    walked_m: 0,
  }
}

/** Make operations of what is open, by themselves: the duty has ended elsewhere. */
export async function sealOpenTracks(db: LocalDb, capture: Capture): Promise<void> {
  await append(db, () => trackOperations(db, capture), {
    tables: ['tracks'],
    write: (rows) => markTracksSealed(db, rows),
  })
  await db.transaction('rw', db.tracks, () => dropShort(db))
}

/** The operations of what is open, each as long as it is by now. */
export async function trackOperations(db: LocalDb, capture: Capture): Promise<Draft[]> {
  const open = (await openTracks(db)).filter((row) => row.points.length >= FEWEST)
  return open.map(({ id, patrol_id, seq, began_at, points }) =>
    draftOf(capture, {
      kind: 'track.record',
      entity_id: id,
      payload: { patrol_id, seq, began_at, points },
      patrol_id,
    }),
  )
}

/** Mark stretches as sealed, in the transaction of their operations. False: one of them has grown meanwhile. */
export async function markTracksSealed(db: LocalDb, rows: OutboxRow[]): Promise<void | false> {
  for (const { entity_id, body } of rows.filter(({ kind }) => kind === 'track.record')) {
    const track = await db.tracks.get(entity_id)
    const { points } = (JSON.parse(body) as { payload: { points: unknown[] } }).payload
    if (track?.state !== 'open' || track.points.length !== points.length) return false
    await db.tracks.update(entity_id, { state: 'sealed' })
  }
  await dropShort(db)
}

async function dropShort(db: LocalDb): Promise<void> {
  for (const row of await openTracks(db)) if (row.points.length < FEWEST) await db.tracks.delete(row.id)
}

/** The stretches of a day in China, in the order of time. */
export async function tracksOn(db: LocalDb, day: string): Promise<TrackRow[]> {
  const rows = await db.tracks.where('on').equals(day).toArray()
  return rows.sort((a, b) => a.began_at.localeCompare(b.began_at))
}
