import type { ExpressionSpecification, FilterSpecification, GeoJSONSource, MapInstance } from './engine'
import { COLOURS } from './colours'
import { noFeatures } from './dayFeatures'
import { FONT } from './style'

const SOURCES = [
  'tracks',
  'patrol-lines',
  'patrol-stops',
  'patrol-heads',
  'off-site-lines',
  'check-ins',
  'waiting',
  'chosen-point',
  'chosen-accuracy',
] as const
export type DaySource = (typeof SOURCES)[number]

/** Legend entry to layers, for switching them off and on. */
export const DAY_LEGEND = {
  patrols: ['patrol-lines', 'patrol-stops', 'patrol-heads'],
  onSite: ['check-ins-on_site'],
  offSite: ['check-ins-off_site', 'off-site-lines'],
  unknownSite: ['check-ins-unknown'],
  waiting: ['waiting', 'waiting-names'],
} as const

/** Nearer than this the stops are told apart; farther away one sign stands for the patrol. */
const STOPS_FROM_ZOOM = 11

/** Check-ins stand up and to the right of their spot, so that the stop's number stays readable. */
const BESIDE: [number, number] = [11, -12]

const SIGN_ICONS = { on_site: 'on_site', off_site: 'off_site', unknown: 'unknown_site' } as const

/** Put the day's layers on the map; afterwards only their data changes, which never flickers. */
export function addDayLayers(map: MapInstance) {
  for (const id of SOURCES) map.addSource(id, { type: 'geojson', data: noFeatures() })
  map.addLayer({
    id: 'patrol-lines',
    type: 'line',
    source: 'patrol-lines',
    minzoom: STOPS_FROM_ZOOM,
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': COLOURS.patrol, 'line-width': 2.5, 'line-opacity': 0.55 },
  })
  map.addLayer({
    id: 'tracks',
    type: 'line',
    source: 'tracks',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': COLOURS.track, 'line-width': 3.5, 'line-opacity': 0.85 },
  })
  map.addLayer({
    id: 'off-site-lines',
    type: 'line',
    source: 'off-site-lines',
    paint: { 'line-color': COLOURS.offSite, 'line-width': 1.8, 'line-dasharray': [2, 1.6] },
  })
  map.addLayer({
    id: 'chosen-accuracy',
    type: 'fill',
    source: 'chosen-accuracy',
    paint: { 'fill-color': COLOURS.chosen, 'fill-opacity': 0.1, 'fill-outline-color': COLOURS.chosen },
  })
  map.addLayer({
    id: 'chosen-point',
    type: 'symbol',
    source: 'chosen-point',
    layout: {
      'icon-image': 'chosen',
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'icon-offset': [
        'case',
        ['has', 'beside'],
        ['literal', BESIDE],
        ['literal', [0, 0]],
      ] as unknown as ExpressionSpecification,
    },
  })
  for (const sign of ['unknown', 'on_site', 'off_site'] as const) {
    map.addLayer({
      id: `check-ins-${sign}`,
      type: 'symbol',
      source: 'check-ins',
      // From afar only what is odd speaks for itself.
      minzoom: sign === 'off_site' ? 0 : STOPS_FROM_ZOOM,
      filter: ['==', ['get', 'sign'], sign] as FilterSpecification,
      layout: {
        'icon-image': SIGN_ICONS[sign],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'icon-offset': BESIDE,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.55, 13, 0.85, 16, 1] as ExpressionSpecification,
      },
    })
  }
  map.addLayer({
    id: 'patrol-heads',
    type: 'symbol',
    source: 'patrol-heads',
    maxzoom: STOPS_FROM_ZOOM,
    layout: {
      'icon-image': ['case', ['get', 'done'], 'patrol_done', 'patrol'],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 12,
      'text-anchor': 'left',
      'text-offset': [1.2, 0],
      'text-optional': true,
    },
    paint: { 'text-color': COLOURS.patrol, 'text-halo-color': '#fff', 'text-halo-width': 2 },
  })
  map.addLayer({
    id: 'patrol-stops',
    type: 'symbol',
    source: 'patrol-stops',
    minzoom: STOPS_FROM_ZOOM,
    layout: {
      'icon-image': ['case', ['get', 'done'], 'stop_done', 'stop'],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.62, 12, 0.85, 15, 1] as ExpressionSpecification,
      'text-field': ['step', ['zoom'], '', 10, ['to-string', ['get', 'seq']]] as ExpressionSpecification,
      'text-font': FONT,
      'text-size': ['interpolate', ['linear'], ['zoom'], 10, 10, 15, 12.5] as ExpressionSpecification,
      'text-allow-overlap': true,
      'text-ignore-placement': true,
      'symbol-sort-key': ['-', 0, ['get', 'seq']],
    },
    paint: { 'text-color': ['case', ['get', 'done'], '#ffffff', COLOURS.patrol] },
  })
  map.addLayer({
    id: 'waiting',
    type: 'symbol',
    source: 'waiting',
    layout: {
      'icon-image': 'waiting',
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.7, 12, 1] as ExpressionSpecification,
    },
  })
  map.addLayer({
    id: 'waiting-names',
    type: 'symbol',
    source: 'waiting',
    minzoom: 12,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 12,
      'text-anchor': 'top',
      'text-offset': [0, 1],
      'text-max-width': 10,
      'text-optional': true,
    },
    paint: { 'text-color': COLOURS.waiting, 'text-halo-color': '#fff', 'text-halo-width': 1.6 },
  })
}

export function setDayData(map: MapInstance, source: DaySource, data: Parameters<GeoJSONSource['setData']>[0]) {
  map.getSource<GeoJSONSource>(source)?.setData(data)
}

export function showLayers(map: MapInstance, layers: readonly string[], visible: boolean) {
  for (const layer of layers)
    if (map.getLayer(layer)) map.setLayoutProperty(layer, 'visibility', visible ? 'visible' : 'none')
}

/** Bring one patrol forward; the others stay, paler. */
export function stressPatrol(map: MapInstance, patrolId: string | null) {
  const chosen: ExpressionSpecification = ['==', ['get', 'patrol_id'], patrolId ?? '']
  const faded = (of: number, strong: number) =>
    patrolId ? (['case', chosen, strong, of] as ExpressionSpecification) : strong
  map.setPaintProperty('patrol-lines', 'line-opacity', patrolId ? faded(0.18, 0.95) : 0.55)
  map.setPaintProperty(
    'patrol-lines',
    'line-width',
    patrolId ? (['case', chosen, 3.5, 2] as ExpressionSpecification) : 2.5,
  )
  map.setPaintProperty('patrol-stops', 'icon-opacity', faded(0.3, 1))
  map.setPaintProperty('patrol-stops', 'text-opacity', faded(0.3, 1))
  map.setPaintProperty('patrol-heads', 'icon-opacity', faded(0.35, 1))
  map.setPaintProperty('patrol-heads', 'text-opacity', faded(0.35, 1))
}

/** The same grid twice: as a tint and as an edge. */
export function chooseGrid(map: MapInstance, gridId: string) {
  for (const layer of ['chosen-grid-fill', 'chosen-grid-line'])
    map.setFilter(layer, ['==', ['get', 'id'], gridId] as FilterSpecification)
}
