/**
 * How a base map is drawn: pale, so that everything of our own stands out on it.
 *
 * Knows the layers of the two common schemas of OpenStreetMap archives, Protomaps (v4) and OpenMapTiles; what an archive has is drawn,
 * what it lacks is left out. Part of the maps' chunks, never of the app's shell.
 */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

export const BASE_SOURCE = 'base'

const COLOUR = {
  land: '#f3f4ef',
  green: '#dfead9',
  water: '#bcd9e6',
  building: '#e2e0da',
  road: '#ffffff',
  casing: '#cfd3cf',
  border: '#9aa8ac',
  label: '#566468',
} as const

const GREEN = [
  'park',
  'forest',
  'wood',
  'grass',
  'grassland',
  'nature_reserve',
  'meadow',
  'scrub',
  'cemetery',
  'garden',
]
const GREAT = ['highway', 'motorway', 'trunk', 'primary']
const MIDDLE = ['major_road', 'medium_road', 'secondary', 'tertiary']

const kind: ExpressionSpecification = ['coalesce', ['get', 'kind'], ['get', 'class'], '']
const isIn = (words: string[]): ExpressionSpecification => ['in', kind, ['literal', words]]
const name: ExpressionSpecification = ['coalesce', ['get', 'name:zh'], ['get', 'name:zh-Hans'], ['get', 'name'], '']
const isShape = (shape: 'Polygon' | 'LineString'): ExpressionSpecification => [
  'in',
  ['geometry-type'],
  ['literal', [shape, `Multi${shape}`]],
]
const widths = (...stops: number[]) => ['interpolate', ['linear'], ['zoom'], ...stops] as ExpressionSpecification
/** Wider roads for the great ones; metres on the screen from far away to near. */
const roadWidth = (extra: number): ExpressionSpecification => {
  const at = (great: number, middle: number, small: number): ExpressionSpecification => [
    'case',
    isIn(GREAT),
    great + extra,
    isIn(MIDDLE),
    middle + extra,
    small + extra,
  ]
  return ['interpolate', ['linear'], ['zoom'], 7, at(0.8, 0.2, 0), 12, at(2.5, 1.2, 0.4), 16, at(9, 7, 4)]
}

/** The layers of a vector archive that has these, from the ground up; of an archive of pictures there is one. */
export function baseLayers(
  archive: { kind: 'vector'; layers: readonly string[] } | { kind: 'raster' },
  font: string[],
): LayerSpecification[] {
  if (archive.kind === 'raster') return [{ id: 'base-pictures', type: 'raster', source: BASE_SOURCE }]
  const has = (...names: string[]) => names.filter((one) => archive.layers.includes(one))
  const of = (layer: string) => ({ source: BASE_SOURCE, 'source-layer': layer })
  const label = { 'text-color': COLOUR.label, 'text-halo-color': '#ffffff', 'text-halo-width': 1.4 }
  return [
    ...has('earth').map((layer): LayerSpecification => ({
      id: `base-${layer}`,
      type: 'fill',
      ...of(layer),
      filter: isShape('Polygon'),
      paint: { 'fill-color': COLOUR.land },
    })),
    ...has('landcover', 'landuse', 'park').map((layer): LayerSpecification => ({
      id: `base-${layer}`,
      type: 'fill',
      ...of(layer),
      filter: layer === 'park' ? isShape('Polygon') : ['all', isShape('Polygon'), isIn(GREEN)],
      paint: { 'fill-color': COLOUR.green, 'fill-opacity': 0.8 },
    })),
    ...has('water').map((layer): LayerSpecification => ({
      id: `base-${layer}`,
      type: 'fill',
      ...of(layer),
      filter: isShape('Polygon'),
      paint: { 'fill-color': COLOUR.water },
    })),
    ...has('water', 'waterway').map((layer): LayerSpecification => ({
      id: `base-${layer}-line`,
      type: 'line',
      ...of(layer),
      filter: isShape('LineString'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': COLOUR.water, 'line-width': widths(7, 0.8, 12, 2, 16, 5) },
    })),
    ...has('buildings', 'building').map((layer): LayerSpecification => ({
      id: `base-${layer}`,
      type: 'fill',
      ...of(layer),
      minzoom: 14,
      filter: isShape('Polygon'),
      paint: { 'fill-color': COLOUR.building },
    })),
    ...has('roads', 'transportation').flatMap((layer): LayerSpecification[] =>
      (['casing', 'road'] as const).map((part) => ({
        id: `base-${layer}-${part}`,
        type: 'line',
        ...of(layer),
        filter: isShape('LineString'),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': COLOUR[part], 'line-width': roadWidth(part === 'casing' ? 1.4 : 0) },
      })),
    ),
    ...has('boundaries', 'boundary').map((layer): LayerSpecification => ({
      id: `base-${layer}`,
      type: 'line',
      ...of(layer),
      paint: { 'line-color': COLOUR.border, 'line-width': widths(6, 0.6, 12, 1.4), 'line-dasharray': [4, 2] },
    })),
    ...has('roads', 'transportation_name').map((layer): LayerSpecification => ({
      id: `base-${layer}-name`,
      type: 'symbol',
      ...of(layer),
      minzoom: 13,
      filter: isShape('LineString'),
      layout: { 'symbol-placement': 'line', 'text-field': name, 'text-font': font, 'text-size': 12 },
      paint: label,
    })),
    ...has('places', 'place').map((layer): LayerSpecification => ({
      id: `base-${layer}`,
      type: 'symbol',
      ...of(layer),
      layout: {
        'text-field': name,
        'text-font': font,
        'text-size': ['case', isIn(['country', 'region', 'county', 'city']), 15, 13],
        'text-max-width': 8,
      },
      paint: label,
    })),
  ]
}

/** Text for the map's attribution, which it shows as HTML. */
export const asHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`)
