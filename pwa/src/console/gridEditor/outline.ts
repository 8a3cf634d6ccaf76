/** The outline under the pen: one ring of a grid at a time; its holes and other parts stay as they are. */
import type { LonLat, Ring } from './snapping'

type Area = GeoJSON.Polygon | GeoJSON.MultiPolygon

const partsOf = (area: Area): LonLat[][][] =>
  (area.type === 'Polygon' ? [area.coordinates] : area.coordinates) as LonLat[][][]

/** Twice the signed area of a ring in square degrees: enough to tell which is larger. */
export function doubleArea(ring: Ring): number {
  let sum = 0
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [x0, y0] = ring[i] as LonLat
    const [x1, y1] = ring[i + 1] as LonLat
    sum += x0 * y1 - x1 * y0
  }
  return Math.abs(sum)
}

/** Which part of a grid is edited: the largest. */
export function mainPart(area: Area): number {
  const parts = partsOf(area)
  let best = 0
  parts.forEach((part, i) => {
    if (doubleArea(part[0]!) > doubleArea(parts[best]![0]!)) best = i
  })
  return best
}

/** The ring that is edited, as a polygon without holes. */
export function outlineOf(area: Area): GeoJSON.Polygon {
  return { type: 'Polygon', coordinates: [partsOf(area)[mainPart(area)]![0]!] }
}

/** The grid with a new outline. */
export function withOutline(area: Area, outline: GeoJSON.Polygon): Area {
  const main = mainPart(area)
  const parts = partsOf(area).map((part, i) =>
    i === main ? [outline.coordinates[0] as LonLat[], ...part.slice(1)] : part,
  )
  return parts.length === 1 ? { type: 'Polygon', coordinates: parts[0]! } : { type: 'MultiPolygon', coordinates: parts }
}

export function sameRing(a: Ring, b: Ring): boolean {
  return a.length === b.length && a.every((p, i) => p[0] === b[i]![0] && p[1] === b[i]![1])
}
