import { readExtent, readGrid, listGrids } from '../data/api'
import type { CoverageCounts, Me } from '../data/types'
import type { Bbox } from './area'
import type { GeoJSONSource, MapInstance } from './engine'

/** My own territory: its outline and the box around it. Read once for each person; borders do not move while she works. */
export interface Territory {
  extent: Bbox | null
  areas: Parameters<GeoJSONSource['setData']>[0]
}

let kept: { whose: string; territory: Promise<Territory> } | null = null

export function readTerritory(me: Me): Promise<Territory> {
  const whose = `${me.account_id} ${me.scope.map((grid) => grid.grid_id).join()}`
  if (kept?.whose !== whose) {
    const mine = { whose, territory: fetchTerritory(me) }
    kept = mine
    // What failed once is asked again next time.
    void mine.territory.then((territory) => {
      if (!territory.extent && kept === mine) kept = null
    })
  }
  return kept.territory
}

async function fetchTerritory(me: Me): Promise<Territory> {
  const [extent, ...grids] = await Promise.all([readExtent(), ...me.scope.map((grid) => readGrid(grid.grid_id))])
  return {
    extent: extent.ok ? extent.data.bbox : null,
    areas: {
      type: 'FeatureCollection',
      features: grids.flatMap((grid) =>
        grid.ok ? [{ type: 'Feature' as const, geometry: grid.data.geom as GeoJSON.Geometry, properties: {} }] : [],
      ),
    },
  }
}

const CHILDREN_MAX = 200
/** Up to which zoom the numbers of a level are written on the map: beyond it, the next level is in view. */
const NUMBERS_TO_ZOOM: Record<number, number> = { 2: 10.4, 3: 13, 4: 16 }
const labels = new Map<string, Map<string, [number, number]>>()

/** Write into each grid below mine how many employers nobody covers. */
export async function showGridCounts(map: MapInstance, parentId: string, counts: CoverageCounts): Promise<void> {
  const level = counts.children[0]?.grid.level
  if (!level) return
  if (!labels.has(parentId)) {
    const grids = await listGrids({ parent_id: parentId, page_size: CHILDREN_MAX })
    if (!grids.ok) return
    labels.set(parentId, new Map(grids.data.items.map((grid) => [grid.id, grid.label])))
  }
  const at = labels.get(parentId)!
  if (!map.getLayer('grid-counts')) return
  map.setLayerZoomRange('grid-counts', 0, NUMBERS_TO_ZOOM[level] ?? 13)
  map.getSource<GeoJSONSource>('grid-counts')?.setData({
    type: 'FeatureCollection',
    features: counts.children.flatMap((child) => {
      const label = at.get(child.grid.id)
      if (!label) return []
      const properties = { id: child.grid.id, name: child.grid.name, level, uncovered: child.uncovered }
      return [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: label }, properties }]
    }),
  })
}
