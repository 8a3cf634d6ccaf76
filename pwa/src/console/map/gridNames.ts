import type { GeoJSONSource, MapInstance } from './engine'

/** A tile's piece of a grid. */
export interface Piece {
  id: string
  name: string
  rings: readonly (readonly (readonly number[])[])[]
}

/**
 * One place for each grid's name. A tiled map cuts a grid at every tile's edge and would write the name into each piece;
 * the middle of all pieces together, weighted by area, is the middle of the grid.
 */
export function namePlaces(pieces: readonly Piece[]): Map<string, { name: string; at: [number, number] }> {
  const sums = new Map<string, { name: string; area: number; x: number; y: number }>()
  for (const { id, name, rings } of pieces) {
    const sum = sums.get(id) ?? { name, area: 0, x: 0, y: 0 }
    for (const ring of rings) {
      for (let i = 0; i + 1 < ring.length; i += 1) {
        const [x0, y0] = ring[i] as [number, number]
        const [x1, y1] = ring[i + 1] as [number, number]
        const cross = x0 * y1 - x1 * y0
        sum.area += cross / 2
        sum.x += ((x0 + x1) * cross) / 6
        sum.y += ((y0 + y1) * cross) / 6
      }
    }
    sums.set(id, sum)
  }
  const places = new Map<string, { name: string; at: [number, number] }>()
  for (const [id, { name, area, x, y }] of sums) if (area !== 0) places.set(id, { name, at: [x / area, y / area] })
  return places
}

const NAMES_FROM_ZOOM = 13

/** Keep the names of community grids written once each, as tiles come and go. */
export function keepGridNames(map: MapInstance) {
  let shown = ''
  map.on('idle', () => {
    if (map.getZoom() < NAMES_FROM_ZOOM) return
    const found = map.querySourceFeatures('grids', { sourceLayer: 'grids', filter: ['==', ['get', 'level'], 4] })
    const pieces = found.flatMap(({ geometry, properties }): Piece[] => {
      const piece = { id: String(properties.id), name: String(properties.name) }
      if (geometry.type === 'Polygon') return [{ ...piece, rings: geometry.coordinates }]
      if (geometry.type === 'MultiPolygon') return [{ ...piece, rings: geometry.coordinates.flat() }]
      return []
    })
    const places = [...namePlaces(pieces)]
    const now = places.map(([id, { at }]) => `${id} ${at[0].toFixed(4)} ${at[1].toFixed(4)}`).join()
    if (now === shown) return
    shown = now
    map.getSource<GeoJSONSource>('grid-names')?.setData({
      type: 'FeatureCollection',
      features: places.map(([, { name, at }]) => ({
        type: 'Feature' as const,
        geometry: { type: 'Point' as const, coordinates: at },
        properties: { name },
      })),
    })
  })
}
