/** Positions are `[lon, lat]`, EPSG:4326. Metres here are for a person's eye; the server measures on the ellipsoid. */

export type LonLat = [number, number]

const EARTH_RADIUS_M = 6_371_008.8
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Great-circle distance in metres (haversine; within 0.6 % of the ellipsoid's). */
export function distanceM(a: LonLat, b: LonLat): number {
  const dLat = radians(b[1] - a[1])
  const dLon = radians(b[0] - a[0])
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Which way to go from one point to another: degrees from north, clockwise, 0 ≤ b < 360. */
export function bearingDeg(from: LonLat, to: LonLat): number {
  const [lat1, lat2, dLon] = [radians(from[1]), radians(to[1]), radians(to[0] - from[0])]
  const y = Math.sin(dLon) * Math.cos(lat2)
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon)
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360
}

/** A circle on the ground as a ring of `[lon, lat]`, closed, for drawing an accuracy. */
export function circle(center: LonLat, radiusM: number, corners = 48): LonLat[] {
  const dLat = (radiusM / EARTH_RADIUS_M) * (180 / Math.PI)
  const dLon = dLat / Math.cos(radians(center[1]))
  return Array.from({ length: corners + 1 }, (_, i) => {
    const angle = (i / corners) * 2 * Math.PI
    return [center[0] + dLon * Math.cos(angle), center[1] + dLat * Math.sin(angle)]
  })
}

export function isOnEarth([lon, lat]: LonLat): boolean {
  return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90
}

type Ring = number[][]
interface Area {
  type: string
  coordinates: unknown
}

/** Every ring of a polygon or multipolygon. */
export function ringsOf(area: Area): Ring[] {
  if (area.type === 'Polygon') return area.coordinates as Ring[]
  if (area.type === 'MultiPolygon') return (area.coordinates as Ring[][]).flat()
  return []
}

/** `[west, south, east, north]` around polygons; null when there is nothing to go round. */
export function bboxOf(areas: Area[]): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of areas.flatMap(ringsOf)) {
    for (const [lon = 0, lat = 0] of ring) {
      box[0] = Math.min(box[0], lon)
      box[1] = Math.min(box[1], lat)
      box[2] = Math.max(box[2], lon)
      box[3] = Math.max(box[3], lat)
    }
  }
  return box[0] === Infinity ? null : box
}

/** Whether a point lies in an area (even-odd over all rings, so holes are outside). On the very border either may come out: a hint for the person, the server decides. */
export function contains(area: Area, [lon, lat]: LonLat): boolean {
  let inside = false
  for (const ring of ringsOf(area)) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi = 0, yi = 0] = ring[i] ?? []
      const [xj = 0, yj = 0] = ring[j] ?? []
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside
    }
  }
  return inside
}
