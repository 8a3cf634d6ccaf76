/** What is wrong with a tiling, as words and as places on the map. */
import { bboxOfGeometry, type Bbox } from '../map/area'
import type { Fault, GridFeatures, TilingReport } from './types'

/** Up to this size a gap or overlap is a slip of the pen, and the one-click mend closes it. */
export const SLIVER_M2 = 2000

export function isSliver(fault: Fault): boolean {
  return fault.kind !== 'outside' && fault.area_m2 <= SLIVER_M2
}
/** The mend is offered when it would mend everything. */
export function onlySlivers(report: TilingReport | null): boolean {
  return report !== null && !report.ok && report.faults.length > 0 && report.faults.every(isSliver)
}

/** `0.4 m²`, `12 m²`, `3,400 m²`, `1.25 km²`: the sizes that people compare. */
export function areaText(m2: number, language: string): string {
  const [small, large] = language === 'en' ? [' m²', ' km²'] : [' 平方米', ' 平方公里']
  if (m2 >= 100_000) return `${(m2 / 1_000_000).toFixed(m2 < 10_000_000 ? 2 : 1)}${large}`
  if (m2 < 10) return `${m2.toFixed(m2 < 1 ? 2 : 1)}${small}`
  return `${Math.round(m2).toLocaleString('en-US')}${small}`
}

/** Square kilometres in a column of their own: as many decimals as tell neighbours apart. */
export function km2Text(km2: number | null): string {
  if (km2 === null) return '—'
  return km2.toFixed(km2 < 1 ? 3 : km2 < 100 ? 2 : 0)
}

export function faultFeatures(faults: readonly Fault[]): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: faults.map((fault) => ({ type: 'Feature', geometry: fault.geom, properties: { kind: fault.kind } })),
  }
}

const MARGIN_DEG = 0.0015
/** Where to look at something small, with a little of what is around it. */
export function lookAt(geometry: GeoJSON.Geometry | null | undefined): Bbox | null {
  const box = bboxOfGeometry(geometry as { coordinates?: unknown } | null)
  return box && [box[0] - MARGIN_DEG, box[1] - MARGIN_DEG, box[2] + MARGIN_DEG, box[3] + MARGIN_DEG]
}

/** The middle of a grid's largest part, for its name. */
export function namePoints(grids: GridFeatures, skip: ReadonlySet<string> = new Set()): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: grids.features.flatMap((grid) => {
      if (skip.has(grid.properties.id)) return []
      const at = middleOf(grid.geometry)
      return at ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: grid.properties }] : []
    }),
  }
}

/** The weighted middle of the largest ring; good enough to write a name. */
export function middleOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): [number, number] | null {
  const rings = (
    geometry.type === 'Polygon' ? [geometry.coordinates[0]] : geometry.coordinates.map((part) => part[0])
  ) as number[][][]
  let best: { area: number; at: [number, number] } | null = null
  for (const ring of rings) {
    let area = 0
    let x = 0
    let y = 0
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [x0, y0] = ring[i] as [number, number]
      const [x1, y1] = ring[i + 1] as [number, number]
      const cross = x0 * y1 - x1 * y0
      area += cross / 2
      x += ((x0 + x1) * cross) / 6
      y += ((y0 + y1) * cross) / 6
    }
    if (area !== 0 && Math.abs(area) > (best?.area ?? 0)) best = { area: Math.abs(area), at: [x / area, y / area] }
  }
  return best?.at ?? null
}
