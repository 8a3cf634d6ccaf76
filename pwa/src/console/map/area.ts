import type { LonLat } from '@/shared/geo'

/** An area drawn on the map, kept in the address as "lon,lat;lon,lat;…" (five decimals are about one metre). */
export interface AreaPolygon {
  type: 'Polygon'
  coordinates: LonLat[][]
}

const CORNERS_MAX = 200

/** The outer ring without its closing corner; a drawn area has no holes. */
function corners(area: AreaPolygon): LonLat[] {
  return (area.coordinates[0] ?? []).slice(0, -1)
}

export function areaToText(area: AreaPolygon): string {
  return corners(area)
    .map(([lon, lat]) => `${+lon.toFixed(5)},${+lat.toFixed(5)}`)
    .join(';')
}

/** Null for anything that is not an area on Earth: a broken link shows the whole list, not an error. */
export function areaFromText(text: string): AreaPolygon | null {
  const ring: LonLat[] = []
  for (const pair of text.split(';')) {
    const parts = pair.split(',')
    const lon = Number(parts[0])
    const lat = Number(parts[1])
    if (parts.length !== 2 || !parts[0] || !parts[1]) return null
    if (!(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 90)) return null
    ring.push([lon, lat])
  }
  if (ring.length < 3 || ring.length > CORNERS_MAX) return null
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] }
}

export type Bbox = [number, number, number, number]

/** The box around positions, or null when there are none. */
export function bboxOf(positions: readonly (readonly number[])[]): Bbox | null {
  let box: Bbox | null = null
  for (const position of positions) {
    const lon = position[0]!
    const lat = position[1]!
    box = box
      ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
      : [lon, lat, lon, lat]
  }
  return box
}

/** The box around any GeoJSON geometry, however deeply its coordinates nest. */
export function bboxOfGeometry(
  geometry: { coordinates?: unknown; geometries?: unknown } | null | undefined,
): Bbox | null {
  const positions: number[][] = []
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return
    if (typeof value[0] === 'number' && typeof value[1] === 'number') positions.push(value as number[])
    else for (const part of value) walk(part)
  }
  walk(geometry?.coordinates)
  return bboxOf(positions)
}
