import type { MapGeoJSONFeature, MapInstance } from './engine'

/** What a click on the map means, nearest to the top first. */
export type PickKind = 'employer' | 'waiting' | 'patrol' | 'check_in' | 'grid' | 'cell'
export interface Pick {
  kind: PickKind
  id: string
}

interface Rule {
  layer: string
  kind: PickKind
  id: string
}
const RULES: readonly Rule[] = [
  { layer: 'waiting', kind: 'waiting', id: 'id' },
  { layer: 'check-ins-off_site', kind: 'check_in', id: 'id' },
  { layer: 'check-ins-on_site', kind: 'check_in', id: 'id' },
  { layer: 'check-ins-unknown', kind: 'check_in', id: 'id' },
  { layer: 'patrol-stops', kind: 'patrol', id: 'patrol_id' },
  { layer: 'patrol-heads', kind: 'patrol', id: 'patrol_id' },
  { layer: 'employers-uncovered', kind: 'employer', id: 'id' },
  { layer: 'employers-covered', kind: 'employer', id: 'id' },
  { layer: 'grid-counts', kind: 'grid', id: 'id' },
  { layer: 'cells-uncovered', kind: 'cell', id: '' },
  { layer: 'cells-all', kind: 'cell', id: '' },
  { layer: 'patrol-lines', kind: 'patrol', id: 'patrol_id' },
  { layer: 'grids-pick', kind: 'grid', id: 'id' },
]
const REACH_PX = 5

/** The thing under the pointer; of nested grids the smallest one that is drawn at this zoom. */
export function pickAt(map: MapInstance, at: { x: number; y: number }): (Pick & { feature: MapGeoJSONFeature }) | null {
  const layers = RULES.map((rule) => rule.layer).filter((layer) => map.getLayer(layer))
  const hits = map.queryRenderedFeatures(
    [
      [at.x - REACH_PX, at.y - REACH_PX],
      [at.x + REACH_PX, at.y + REACH_PX],
    ],
    { layers },
  )
  for (const rule of RULES) {
    if (rule.layer === 'grids-pick') break
    const hit = hits.find((feature) => feature.layer.id === rule.layer)
    if (hit) return { kind: rule.kind, id: rule.id ? String(hit.properties[rule.id]) : '', feature: hit }
  }
  const deepest = gridLevelAt(map.getZoom())
  const grids = map
    .queryRenderedFeatures([at.x, at.y], { layers: ['grids-pick'] })
    .filter((feature) => Number(feature.properties.level) <= deepest)
    .sort((a, b) => Number(b.properties.level) - Number(a.properties.level))
  const grid = grids[0]
  return grid ? { kind: 'grid', id: String(grid.properties.id), feature: grid } : null
}

/** The level whose borders are drawn at a zoom. */
export function gridLevelAt(zoom: number): number {
  return zoom >= 11 ? 4 : zoom >= 8.8 ? 3 : 2
}

export function pickText(pick: Pick): string {
  return `${pick.kind}:${pick.id}`
}

export function pickFromText(text: unknown): Pick | null {
  const match =
    typeof text === 'string' ? /^(employer|waiting|patrol|check_in|grid):([0-9a-fA-F-]{36})$/.exec(text) : null
  return match ? { kind: match[1] as PickKind, id: match[2]! } : null
}

/** A point of the map in the address, `118.743210,36.886540` (lon, lat), and back. */
export function placeText(lon: number, lat: number): string {
  return `${lon.toFixed(6)},${lat.toFixed(6)}`
}

export function placeFromText(text: unknown): [number, number] | null {
  const match = typeof text === 'string' ? /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/.exec(text) : null
  return match ? [Number(match[1]), Number(match[2])] : null
}
