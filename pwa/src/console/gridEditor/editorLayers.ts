/** What the editor paints above the pale map: grids under the pen, the chosen, what would be, and what is wrong. */
import { COLOURS } from '../map/colours'
import { noFeatures } from '../map/dayFeatures'
import { showLayers } from '../map/dayLayers'
import type { ExpressionSpecification, FilterSpecification, GeoJSONSource, MapInstance } from '../map/engine'
import { FONT, LEGEND_LAYERS } from '../map/style'

const SOURCES = [
  'edit-parent',
  'edit-grids',
  'edit-names',
  'edit-after',
  'edit-faults',
  'edit-spot',
  'edit-drawn',
] as const
export type EditorSource = (typeof SOURCES)[number]

const GAP = '#c4201a'
const OVERLAP = '#e07b00'
const AFTER = '#17734f'

/** A red hatch: nobody's land. */
function hatch(): ImageData | null {
  const size = 24
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const pen = canvas.getContext('2d')
  if (!pen) return null
  pen.fillStyle = 'rgb(196 32 26 / 18%)'
  pen.fillRect(0, 0, size, size)
  pen.strokeStyle = GAP
  pen.lineWidth = 4
  for (const shift of [-size, 0, size]) {
    pen.beginPath()
    pen.moveTo(shift - 2, size + 2)
    pen.lineTo(shift + size + 2, -2)
    pen.stroke()
  }
  return pen.getImageData(0, 0, size, size)
}

const among = (ids: readonly string[]): FilterSpecification =>
  ['in', ['get', 'id'], ['literal', [...ids]]] as FilterSpecification

export function addEditorLayers(map: MapInstance) {
  // Not simplified for the screen: a sliver or a small grid must not vanish from sight, nor from under the pointer.
  for (const id of SOURCES) map.addSource(id, { type: 'geojson', data: noFeatures(), tolerance: 0 })
  const pattern = hatch()
  if (pattern) map.addImage('fault-hatch', pattern, { pixelRatio: 2 })
  // Who works where is another page's business: here employers are only dots to see where people are.
  showLayers(
    map,
    [...LEGEND_LAYERS.covered, ...LEGEND_LAYERS.uncovered, ...LEGEND_LAYERS.ownerless, 'employer-names', 'names-4'],
    false,
  )
  map.addLayer({
    id: 'edit-employers',
    type: 'circle',
    source: 'employers',
    'source-layer': 'employers',
    minzoom: 10,
    paint: {
      'circle-color': COLOURS.covered,
      'circle-opacity': 0.75,
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 1.2, 13, 2.2, 16, 3.5] as ExpressionSpecification,
    },
  })
  map.addLayer({
    id: 'edit-fill',
    type: 'fill',
    source: 'edit-grids',
    paint: { 'fill-color': '#fff', 'fill-opacity': 0.01 },
  })
  map.addLayer({
    id: 'edit-chosen-fill',
    type: 'fill',
    source: 'edit-grids',
    filter: among([]),
    paint: { 'fill-color': COLOURS.chosen, 'fill-opacity': 0.14 },
  })
  map.addLayer({
    id: 'edit-line',
    type: 'line',
    source: 'edit-grids',
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': '#3d5560',
      'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 14, 1.8] as ExpressionSpecification,
    },
  })
  map.addLayer({
    id: 'edit-parent-line',
    type: 'line',
    source: 'edit-parent',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': COLOURS.borderStrong, 'line-width': 3, 'line-opacity': 0.85 },
  })
  map.addLayer({
    id: 'edit-after-fill',
    type: 'fill',
    source: 'edit-after',
    paint: {
      'fill-color': ['match', ['get', 'fate'], 'new', AFTER, COLOURS.chosen] as ExpressionSpecification,
      'fill-opacity': ['match', ['get', 'fate'], 'noded', 0, 0.12] as ExpressionSpecification,
    },
  })
  map.addLayer({
    id: 'edit-after-line',
    type: 'line',
    source: 'edit-after',
    filter: ['!=', ['get', 'fate'], 'noded'] as FilterSpecification,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': AFTER, 'line-width': 2.6 },
  })
  map.addLayer({
    id: 'edit-gaps',
    type: 'fill',
    source: 'edit-faults',
    filter: ['==', ['get', 'kind'], 'gap'] as FilterSpecification,
    paint: { 'fill-pattern': 'fault-hatch' },
  })
  map.addLayer({
    id: 'edit-overlaps',
    type: 'fill',
    source: 'edit-faults',
    filter: ['!=', ['get', 'kind'], 'gap'] as FilterSpecification,
    paint: { 'fill-color': OVERLAP, 'fill-opacity': 0.55 },
  })
  map.addLayer({
    id: 'edit-fault-line',
    type: 'line',
    source: 'edit-faults',
    paint: {
      'line-color': ['match', ['get', 'kind'], 'gap', GAP, OVERLAP] as ExpressionSpecification,
      'line-width': 2,
    },
  })
  map.addLayer({
    id: 'edit-chosen-line',
    type: 'line',
    source: 'edit-grids',
    filter: among([]),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': COLOURS.chosen, 'line-width': 3 },
  })
  map.addLayer({
    id: 'edit-drawn',
    type: 'line',
    source: 'edit-drawn',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': COLOURS.chosen, 'line-width': 2.5, 'line-dasharray': [2, 1.5] },
  })
  map.addLayer({ id: 'edit-spot', type: 'line', source: 'edit-spot', paint: { 'line-color': GAP, 'line-width': 3.5 } })
  map.addLayer({
    id: 'edit-names',
    type: 'symbol',
    source: 'edit-names',
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 12.5,
      'text-padding': 4,
      'text-max-width': 8,
    },
    paint: { 'text-color': COLOURS.label, 'text-halo-color': '#fff', 'text-halo-width': 1.8 },
  })
}

export function putEditor(
  map: MapInstance,
  source: EditorSource,
  data: Parameters<GeoJSONSource['setData']>[0] | null,
) {
  map.getSource<GeoJSONSource>(source)?.setData(data ?? noFeatures())
}

/** Grids that a change shows otherwise are left out of those of today. */
export function hideGrids(map: MapInstance, ids: readonly string[]) {
  map.setFilter('edit-line', ['!', among(ids)] as FilterSpecification)
}

export function markChosen(map: MapInstance, ids: readonly string[]) {
  map.setFilter('edit-chosen-fill', among(ids))
  map.setFilter('edit-chosen-line', among(ids))
}

/** The grid of the edited parent under the pointer. */
export function gridUnder(map: MapInstance, point: { x: number; y: number }): string | null {
  const hit = map.queryRenderedFeatures([point.x, point.y], { layers: ['edit-fill'] })[0]
  return hit ? String(hit.properties.id) : null
}
