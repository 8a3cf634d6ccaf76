/** The deployment's base map under the desk's layers; without one the map is as it is. */
import { asHtml, BASE_SOURCE, baseLayers } from '@/shared/baseLayers'
import { readBaseMap } from '../data/api'
import type { MapInstance } from './engine'
import { FONT } from './style'

export async function addBaseMap(map: MapInstance, isThere: () => boolean): Promise<void> {
  const answer = await readBaseMap()
  const base = answer.ok ? answer.data.base : null
  if (!base || !isThere()) return
  const isVector = base.kind === 'vector'
  map.addSource(BASE_SOURCE, {
    type: isVector ? 'vector' : 'raster',
    tiles: [`${location.origin}/api/map/base/tiles/{z}/{x}/{y}?version=${base.version}`],
    minzoom: base.min_zoom,
    maxzoom: base.max_zoom,
    attribution: asHtml(base.attribution),
    ...(isVector ? {} : { tileSize: 256 }),
  })
  // The names here are the grids' own, and stay.
  const drawn = base.layers.filter((layer) => layer !== 'places' && layer !== 'place')
  const layers = baseLayers(isVector ? { kind: 'vector', layers: drawn } : { kind: 'raster' }, FONT)
  for (const layer of layers) map.addLayer(layer, 'scope')
  // One's own area is bright ground; now it is a light over the streets.
  map.setPaintProperty('scope', 'fill-opacity', 0.55)
  const isWet = base.layers.includes('water')
  for (const id of isWet ? ['rivers', 'coast'] : []) map.setLayoutProperty(id, 'visibility', 'none')
}
