import { COLOURS } from '../map/colours'
import type { ExpressionSpecification, FilterSpecification, MapInstance } from '../map/engine'
import { FONT } from '../map/style'

/**
 * The answer itself as vector tiles, filtered by the server: from afar one disc with a number for each cell, near the ground one
 * mark for each employer. For answers of more than a list can put on the map.
 */
const SOURCE = 'answer'
const LAYERS = ['answer-cells', 'answer-numbers', 'answer-points'] as const
const N: ExpressionSpecification = ['to-number', ['get', 'n'], 0]

export function addAnswerTiles(map: MapInstance, tiles: string) {
  map.addSource(SOURCE, { type: 'vector', tiles: [tiles], maxzoom: 16 })
  map.addLayer({
    id: 'answer-cells',
    type: 'circle',
    source: SOURCE,
    'source-layer': 'uncovered',
    filter: ['has', 'n'] as FilterSpecification,
    layout: { visibility: 'none' },
    paint: {
      'circle-color': COLOURS.uncovered,
      'circle-opacity': 0.85,
      'circle-radius': [
        'interpolate',
        ['linear'],
        ['sqrt', N],
        1,
        3.5,
        10,
        9,
        40,
        17,
        120,
        28,
      ] as ExpressionSpecification,
      'circle-stroke-color': '#fff',
      'circle-stroke-width': 0.8,
    },
  })
  map.addLayer({
    id: 'answer-numbers',
    type: 'symbol',
    source: SOURCE,
    'source-layer': 'uncovered',
    filter: ['>=', N, 20] as FilterSpecification,
    layout: {
      visibility: 'none',
      'text-field': ['to-string', N] as ExpressionSpecification,
      'text-font': FONT,
      'text-size': 11,
      'symbol-sort-key': ['-', 0, N] as ExpressionSpecification,
    },
    paint: { 'text-color': '#fff' },
  })
  map.addLayer({
    id: 'answer-points',
    type: 'symbol',
    source: SOURCE,
    'source-layer': 'uncovered',
    filter: ['!', ['has', 'n']] as FilterSpecification,
    layout: { visibility: 'none', 'icon-image': 'uncovered', 'icon-allow-overlap': true, 'icon-size': 0.85 },
  })
}

export function setAnswerTiles(map: MapInstance, tiles: string) {
  const source = map.getSource(SOURCE)
  if (source && 'setTiles' in source) (source as unknown as { setTiles: (tiles: string[]) => void }).setTiles([tiles])
}

export function showAnswerTiles(map: MapInstance, on: boolean) {
  for (const layer of LAYERS) map.setLayoutProperty(layer, 'visibility', on ? 'visible' : 'none')
}
