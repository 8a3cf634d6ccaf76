import type { ExpressionSpecification, MapInstance } from '../map/engine'

/** Shares of uncovered employers and their colours, light to dark: told apart by lightness alone. */
export const SHADE_STEPS: readonly (readonly [number, string])[] = [
  [0, '#fff4e6'],
  [0.25, '#fbd3a3'],
  [0.5, '#f2a360'],
  [0.75, '#d96d24'],
  [1, '#9a3a06'],
]
const COLOUR = [
  'case',
  ['has', 'share'],
  ['interpolate', ['linear'], ['get', 'share'], ...SHADE_STEPS.flat()],
  '#e4e9ea',
] as unknown as ExpressionSpecification

/** Shade the grids of a level by how much of them is uncovered; level 0 takes the shading away. */
export function shadeGrids(map: MapInstance, level: number) {
  for (const layer of ['shade-line', 'shade-fill']) if (map.getLayer(layer)) map.removeLayer(layer)
  if (map.getSource('shade')) map.removeSource('shade')
  if (!level) return
  map.addSource('shade', {
    type: 'vector',
    tiles: [`${location.origin}/api/coverage/tiles/grids/${level}/{z}/{x}/{y}`],
    maxzoom: 14,
  })
  map.addLayer(
    {
      id: 'shade-fill',
      type: 'fill',
      source: 'shade',
      'source-layer': 'coverage',
      paint: { 'fill-color': COLOUR, 'fill-opacity': 0.62 },
    },
    'answer-cells',
  )
  map.addLayer(
    {
      id: 'shade-line',
      type: 'line',
      source: 'shade',
      'source-layer': 'coverage',
      paint: { 'line-color': '#7a5a3a', 'line-width': 0.7, 'line-opacity': 0.7 },
    },
    'answer-cells',
  )
}
