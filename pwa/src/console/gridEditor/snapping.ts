/**
 * Where a pointer comes to rest: on a corner that is already there, else on an edge, when it is near enough on the screen.
 * Grids share their borders to the last bit, so a point taken from an old one is the old one, not one beside it.
 */
export type LonLat = [number, number]
export type Ring = readonly (readonly number[])[]

export interface Snap {
  at: LonLat
  on: 'vertex' | 'edge'
}
/** How far the pointer reaches, in degrees. */
export interface Reach {
  lon: number
  lat: number
}
export interface SnapIndex {
  snap: (at: LonLat, reach: Reach) => Snap | null
}

const CELL_DEG = 0.005

/** Every ring of a polygon or multipolygon. */
export function ringsOf(geometry: { type: string; coordinates?: unknown } | null | undefined): Ring[] {
  if (geometry?.type === 'Polygon') return geometry.coordinates as Ring[]
  if (geometry?.type === 'MultiPolygon') return (geometry.coordinates as Ring[][]).flat()
  return []
}

/** Edges sorted into cells, so that a pointer's move asks a few of them and not a city's. */
export function makeSnapIndex(rings: readonly Ring[]): SnapIndex {
  const cells = new Map<string, [LonLat, LonLat][]>()
  const seen = new Set<string>()
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const a = ring[i] as LonLat
      const b = ring[i + 1] as LonLat
      // a shared border is walked once in each direction
      const key = a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? `${a.join()} ${b.join()}` : `${b.join()} ${a.join()}`
      if (seen.has(key)) continue
      seen.add(key)
      eachCell(Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1]), (cell) => {
        const there = cells.get(cell)
        if (there) there.push([a, b])
        else cells.set(cell, [[a, b]])
      })
    }
  }

  function snap(at: LonLat, reach: Reach): Snap | null {
    let vertex: { at: LonLat; distance: number } | null = null
    let edge: { at: LonLat; distance: number } | null = null
    // measured in reaches, so that east and north count alike on the screen
    const distanceTo = (p: LonLat) => Math.hypot((p[0] - at[0]) / reach.lon, (p[1] - at[1]) / reach.lat)
    eachCell(at[0] - reach.lon, at[1] - reach.lat, at[0] + reach.lon, at[1] + reach.lat, (cell) => {
      for (const [a, b] of cells.get(cell) ?? []) {
        for (const p of [a, b]) {
          const distance = distanceTo(p)
          if (distance <= 1 && distance < (vertex?.distance ?? 2)) vertex = { at: p, distance }
        }
        const p = footOn(a, b, at, reach)
        const distance = distanceTo(p)
        if (distance <= 1 && distance < (edge?.distance ?? 2)) edge = { at: p, distance }
      }
    })
    const found = (vertex ?? edge) as { at: LonLat } | null
    return found ? { at: [found.at[0], found.at[1]], on: vertex ? 'vertex' : 'edge' } : null
  }
  return { snap }
}

/** The nearest point of a piece of border to a point, east and north weighed by the reach. */
function footOn(a: LonLat, b: LonLat, p: LonLat, reach: Reach): LonLat {
  const dx = (b[0] - a[0]) / reach.lon
  const dy = (b[1] - a[1]) / reach.lat
  const length = dx * dx + dy * dy
  if (length === 0) return a
  const along = (((p[0] - a[0]) / reach.lon) * dx + ((p[1] - a[1]) / reach.lat) * dy) / length
  const share = Math.min(1, Math.max(0, along))
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

function eachCell(west: number, south: number, east: number, north: number, visit: (cell: string) => void) {
  for (let x = Math.floor(west / CELL_DEG); x <= Math.floor(east / CELL_DEG); x += 1)
    for (let y = Math.floor(south / CELL_DEG); y <= Math.floor(north / CELL_DEG); y += 1) visit(`${x} ${y}`)
}
