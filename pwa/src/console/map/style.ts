import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from './engine'
import { COLOURS } from './colours'

/** Fonts by the computer's own names: labels are drawn locally, no font server is asked. */
export const FONT = ['PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'sans-serif']

/** From this zoom the employers come one by one; before it, summed up in cells. */
export const POINTS_FROM_ZOOM = 13
/** The deepest tiles the server makes; beyond it they are stretched. */
const TILES_TO_ZOOM = 16

const level = (n: number): FilterSpecification => ['==', ['get', 'level'], n]
const isTrue = (name: string): ExpressionSpecification =>
  ['in', ['to-string', ['get', name]], ['literal', ['true', '1']]] as ExpressionSpecification

/** Nobody holds this grid. Only communities have an owner of their own; the levels above are offices. */
const ownerless: FilterSpecification = ['all', level(4), ['!', isTrue('has_owner')]] as FilterSpecification

/** Summed-up cells are dots that grow with the number, so that towns stand out of the country; smaller from afar. */
function radiusOf(name: string): ExpressionSpecification {
  const size = (scale: number) => [
    'interpolate',
    ['linear'],
    ['sqrt', ['to-number', ['get', name], 0]],
    ...[0, 0],
    ...[1, 3 * scale],
    ...[3, 5 * scale],
    ...[8, 8 * scale],
    ...[30, 13 * scale],
  ]
  return [
    'interpolate',
    ['linear'],
    ['zoom'],
    7,
    size(0.5),
    9,
    size(0.8),
    11,
    size(1),
  ] as unknown as ExpressionSpecification
}

/** Layers that other rooms may switch off, by the name in the legend. */
export const LEGEND_LAYERS = {
  ownerless: ['grids-ownerless'],
  covered: ['employers-covered', 'cells-all'],
  uncovered: ['employers-uncovered', 'cells-uncovered', 'grid-counts'],
  key: ['employers-key'],
} as const

export function baseStyle(origin: string): StyleSpecification {
  const tiles = (layer: string) => ({
    type: 'vector' as const,
    tiles: [`${origin}/api/map/tiles/${layer}/{z}/{x}/{y}`],
    minzoom: 4,
    maxzoom: TILES_TO_ZOOM,
  })
  const border = (
    id: string,
    n: number,
    minzoom: number,
    width: ExpressionSpecification,
    colour: string,
    dash?: number[],
  ): LayerSpecification => ({
    id,
    type: 'line',
    source: 'grids',
    'source-layer': 'grids',
    minzoom,
    filter: level(n),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width, ...(dash ? { 'line-dasharray': dash } : {}) },
  })
  const widths = (...stops: number[]) => ['interpolate', ['linear'], ['zoom'], ...stops] as ExpressionSpecification

  return {
    version: 8,
    sources: {
      basemap: { type: 'geojson', data: `${origin}/api/map/basemap` },
      places: { type: 'geojson', data: `${origin}/api/map/places` },
      grids: { ...tiles('grids'), promoteId: 'id' },
      employers: { ...tiles('employers'), promoteId: 'id' },
      scope: { type: 'geojson', data: nothing() },
      'grid-names': { type: 'geojson', data: nothing() },
      'grid-counts': { type: 'geojson', data: nothing() },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': COLOURS.ground } },
      { id: 'scope', type: 'fill', source: 'scope', paint: { 'fill-color': COLOURS.scope, 'fill-antialias': false } },
      {
        id: 'grids-ownerless',
        type: 'fill',
        source: 'grids',
        'source-layer': 'grids',
        minzoom: 8,
        filter: ownerless,
        paint: { 'fill-pattern': 'hatch' },
      },
      // Invisible, so that a click anywhere finds its grid.
      { id: 'grids-pick', type: 'fill', source: 'grids', 'source-layer': 'grids', paint: { 'fill-opacity': 0 } },
      {
        id: 'rivers',
        type: 'line',
        source: 'basemap',
        filter: ['==', ['get', 'kind'], 'river'],
        paint: { 'line-color': COLOURS.water, 'line-width': widths(7, 0.8, 12, 2.2), 'line-opacity': 0.8 },
      },
      {
        id: 'coast',
        type: 'line',
        source: 'basemap',
        filter: ['==', ['get', 'kind'], 'coastline'],
        paint: { 'line-color': COLOURS.water, 'line-width': widths(7, 1.4, 12, 3) },
      },
      border('border-4', 4, 10.5, widths(10.5, 0.3, 13, 0.9, 16, 1.6), '#a9b8bd', [3, 2]),
      border('border-3', 3, 8.4, widths(8.4, 0.4, 11, 1, 14, 1.8), COLOURS.border),
      border('border-2', 2, 5, widths(6, 0.8, 10, 1.6, 14, 2.6), COLOURS.borderStrong),
      {
        id: 'border-scope',
        type: 'line',
        source: 'scope',
        layout: { 'line-join': 'round' },
        paint: { 'line-color': COLOURS.borderStrong, 'line-width': widths(6, 1.4, 10, 2.4, 14, 3.2) },
      },
      {
        id: 'chosen-grid-fill',
        type: 'fill',
        source: 'grids',
        'source-layer': 'grids',
        filter: ['==', ['get', 'id'], ''],
        paint: { 'fill-color': COLOURS.chosen, 'fill-opacity': 0.07 },
      },
      {
        id: 'chosen-grid-line',
        type: 'line',
        source: 'grids',
        'source-layer': 'grids',
        filter: ['==', ['get', 'id'], ''],
        paint: { 'line-color': COLOURS.chosen, 'line-width': 2.5 },
      },
      // ---- employers, summed up
      {
        id: 'cells-all',
        type: 'circle',
        source: 'employers',
        'source-layer': 'employers',
        maxzoom: POINTS_FROM_ZOOM,
        filter: [
          '>',
          ['-', ['to-number', ['get', 'n'], 0], ['to-number', ['get', 'uncovered'], 0]],
          0,
        ] as FilterSpecification,
        paint: { 'circle-color': COLOURS.covered, 'circle-opacity': 0.55, 'circle-radius': radiusOf('n') },
      },
      {
        id: 'cells-uncovered',
        type: 'circle',
        source: 'employers',
        'source-layer': 'employers',
        maxzoom: POINTS_FROM_ZOOM,
        filter: ['>', ['to-number', ['get', 'uncovered'], 0], 0] as FilterSpecification,
        paint: {
          'circle-color': COLOURS.uncovered,
          'circle-radius': radiusOf('uncovered'),
          'circle-stroke-color': '#fff',
          'circle-stroke-width': 0.8,
        },
      },
      // ---- employers, one by one
      {
        id: 'employers-key',
        type: 'symbol',
        source: 'employers',
        'source-layer': 'employers',
        minzoom: POINTS_FROM_ZOOM,
        filter: isTrue('is_pressing') as FilterSpecification,
        layout: {
          'icon-image': 'key',
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
          'icon-size': widths(13, 0.9, 16, 1.4),
        },
      },
      {
        id: 'employers-covered',
        type: 'symbol',
        source: 'employers',
        'source-layer': 'employers',
        minzoom: POINTS_FROM_ZOOM,
        filter: [
          'all',
          ['!', ['has', 'n']],
          isTrue('covered'),
          ['!=', ['get', 'review_state'], 'waiting_review'],
        ] as FilterSpecification,
        layout: { 'icon-image': 'covered', 'icon-allow-overlap': true, 'icon-size': widths(13, 0.8, 16, 1.3) },
      },
      {
        id: 'employers-uncovered',
        type: 'symbol',
        source: 'employers',
        'source-layer': 'employers',
        minzoom: POINTS_FROM_ZOOM,
        filter: [
          'all',
          ['!', ['has', 'n']],
          ['!', isTrue('covered')],
          ['!=', ['get', 'review_state'], 'waiting_review'],
        ] as FilterSpecification,
        layout: { 'icon-image': 'uncovered', 'icon-allow-overlap': true, 'icon-size': widths(13, 0.8, 16, 1.15) },
      },
      // ---- names
      placeNames('names-2', 2, 0, 11.5, 15),
      placeNames('names-3', 3, 9.6, 14.5, 13),
      {
        id: 'names-4',
        type: 'symbol',
        source: 'grid-names',
        minzoom: 13,
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONT,
          'text-size': 12,
          'text-padding': 8,
          'text-max-width': 8,
        },
        paint: { 'text-color': COLOURS.label, 'text-halo-color': '#fff', 'text-halo-width': 1.6, 'text-opacity': 0.85 },
      },
      {
        id: 'employer-names',
        type: 'symbol',
        source: 'employers',
        'source-layer': 'employers',
        minzoom: 15.5,
        filter: ['!', ['has', 'n']] as FilterSpecification,
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONT,
          'text-size': 11.5,
          'text-anchor': 'top',
          'text-offset': [0, 0.8],
          'text-max-width': 10,
          'text-optional': true,
        },
        paint: { 'text-color': COLOURS.label, 'text-halo-color': '#fff', 'text-halo-width': 1.4 },
      },
      {
        id: 'grid-counts',
        type: 'symbol',
        source: 'grid-counts',
        layout: {
          'text-field': [
            'format',
            ['get', 'name'],
            { 'font-scale': 1 },
            ['case', ['>', ['get', 'uncovered'], 0], ['concat', '\n', ['to-string', ['get', 'uncovered']]], ''],
            { 'font-scale': 1.15, 'text-color': COLOURS.uncoveredText },
          ] as unknown as ExpressionSpecification,
          'text-font': FONT,
          'text-size': 13,
          'text-line-height': 1.25,
          'text-padding': 2,
          'text-max-width': 9,
          'symbol-sort-key': ['-', 0, ['get', 'uncovered']],
        },
        paint: { 'text-color': COLOURS.label, 'text-halo-color': '#fff', 'text-halo-width': 2 },
      },
    ],
  }
}

function placeNames(id: string, n: number, minzoom: number, maxzoom: number, size: number): LayerSpecification {
  return {
    id,
    type: 'symbol',
    source: 'places',
    minzoom,
    maxzoom,
    filter: level(n),
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': size,
      'text-padding': 6,
      'text-max-width': 9,
      'text-letter-spacing': 0.04,
    },
    paint: { 'text-color': n === 2 ? '#22343c' : COLOURS.label, 'text-halo-color': '#fff', 'text-halo-width': 1.8 },
  }
}

function nothing() {
  return { type: 'FeatureCollection' as const, features: [] }
}
