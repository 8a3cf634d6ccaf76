/** The map of one's grid: pale ground, coast, rivers and places for orientation, or the base map where there is one; the own grid bright. */
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import {
  AttributionControl,
  Map as MapLibre,
  setWorkerUrl,
  type GeoJSONSource,
  type StyleSpecification,
} from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import type { GridRow } from '@/local/db'
import type { BaseMap } from './baseMap'
import type { Position } from '@/modules/position'
import { BASE_SOURCE } from '@/shared/baseLayers'
import { bboxOf, circle, type LonLat } from '@/shared/geo'

setWorkerUrl(workerUrl)

export const COLOURS = {
  ground: '#e3e9e7',
  grid: '#fdfefd',
  border: '#0b5563',
  water: '#8fb8cc',
  label: '#3c4f52',
  visited: '#2f7d6b',
  unvisited: '#cc5200',
  waiting: '#74379c',
  key: '#b3142b',
  stop: '#12211f',
  me: '#1565c0',
  track: '#c2187a',
} as const

export interface EmployerPoint {
  id: string
  name: string
  position: LonLat
  look: 'visited' | 'unvisited' | 'waiting'
  /** Under key supervision: a red ring around its point. */
  is_key: boolean
}
export interface StopPoint {
  employer_id: string
  /** Its number in today's round; a tick where she has been. */
  label: string
  position: LonLat
  is_done: boolean
}

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] }
const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
const point = (position: LonLat, properties: Record<string, unknown>): Feature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: position },
  properties,
})
/** Weifang, for a phone that has no grid yet. */
const WEIFANG: [number, number, number, number] = [118.1, 35.7, 120.0, 37.3]

function style(): StyleSpecification {
  const source = () => ({ type: 'geojson' as const, data: NOTHING })
  const fonts = { 'text-font': ['sans-serif'] }
  const halo = { 'text-color': COLOURS.label, 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 }
  return {
    version: 8,
    sources: {
      grids: source(),
      basemap: source(),
      places: source(),
      employers: source(),
      stops: source(),
      round: source(),
      track: source(),
      chosen: source(),
      accuracy: source(),
      me: source(),
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': COLOURS.ground } },
      { id: 'grid', type: 'fill', source: 'grids', paint: { 'fill-color': COLOURS.grid } },
      {
        id: 'water',
        type: 'line',
        source: 'basemap',
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: {
          'line-color': COLOURS.water,
          'line-width': ['interpolate', ['linear'], ['zoom'], 8, 1.2, 14, 4],
        },
      },
      {
        id: 'grid-glow',
        type: 'line',
        source: 'grids',
        paint: {
          'line-color': COLOURS.border,
          'line-width': ['interpolate', ['linear'], ['zoom'], 8, 1, 14, 9],
          'line-opacity': 0.16,
          'line-blur': 3,
        },
      },
      {
        id: 'grid-border',
        type: 'line',
        source: 'grids',
        layout: { 'line-join': 'round' },
        paint: {
          'line-color': COLOURS.border,
          'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.5, 11, 1.2, 14, 3],
        },
      },
      {
        id: 'place',
        type: 'symbol',
        source: 'places',
        layout: {
          'text-field': ['get', 'name'],
          'text-size': ['match', ['get', 'kind'], 'street', 13, 15],
          'symbol-sort-key': ['get', 'level'],
          ...fonts,
        },
        filter: ['any', ['!=', ['get', 'kind'], 'street'], ['>=', ['zoom'], 10]],
        paint: halo,
      },
      {
        id: 'grid-name',
        type: 'symbol',
        source: 'grids',
        layout: { 'text-field': ['get', 'name'], 'text-size': 15, ...fonts },
        paint: { ...halo, 'text-color': COLOURS.border },
      },
      {
        id: 'accuracy',
        type: 'fill',
        source: 'accuracy',
        paint: { 'fill-color': COLOURS.me, 'fill-opacity': 0.14, 'fill-outline-color': COLOURS.me },
      },
      {
        id: 'track',
        type: 'line',
        source: 'track',
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': COLOURS.track, 'line-width': 4, 'line-opacity': 0.75 },
      },
      {
        id: 'round',
        type: 'line',
        source: 'round',
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': COLOURS.stop, 'line-width': 2.5, 'line-dasharray': [1, 2] },
      },
      {
        id: 'employer',
        type: 'circle',
        source: 'employers',
        paint: {
          'circle-color': [
            'match',
            ['get', 'look'],
            'visited',
            COLOURS.visited,
            'waiting',
            COLOURS.waiting,
            COLOURS.unvisited,
          ],
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 2, 13, 5, 16, 9],
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 9, 0.4, 13, 1.5],
        },
      },
      {
        id: 'employer-key',
        type: 'circle',
        source: 'employers',
        filter: ['get', 'is_key'],
        paint: {
          'circle-color': 'rgba(0,0,0,0)',
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 4, 13, 8, 16, 13],
          'circle-stroke-color': COLOURS.key,
          'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 9, 1.2, 13, 2.5],
        },
      },
      {
        id: 'chosen',
        type: 'circle',
        source: 'chosen',
        paint: {
          'circle-color': 'rgba(0,0,0,0)',
          'circle-radius': 15,
          'circle-stroke-color': COLOURS.border,
          'circle-stroke-width': 3,
        },
      },
      {
        id: 'stop',
        type: 'circle',
        source: 'stops',
        paint: {
          'circle-color': ['case', ['get', 'is_done'], COLOURS.visited, COLOURS.stop],
          'circle-radius': 13,
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'stop-number',
        type: 'symbol',
        source: 'stops',
        layout: {
          'text-field': ['get', 'label'],
          'text-size': 14,
          'text-allow-overlap': true,
          'text-ignore-placement': true,
          ...fonts,
        },
        paint: { 'text-color': '#ffffff' },
      },
      {
        id: 'employer-name',
        type: 'symbol',
        source: 'employers',
        minzoom: 14.5,
        layout: {
          'text-field': ['get', 'name'],
          'text-size': 13,
          'text-anchor': 'top',
          'text-offset': [0, 1.1],
          'text-max-width': 9,
          'text-optional': true,
          ...fonts,
        },
        paint: halo,
      },
      {
        id: 'me',
        type: 'circle',
        source: 'me',
        paint: {
          'circle-color': COLOURS.me,
          'circle-radius': 8,
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': 3,
        },
      },
    ],
  }
}

export interface FieldMap {
  map: MapLibre
  ready: Promise<void>
  /** Under everything else, once. */
  showBase(base: BaseMap): void
  showGrids(rows: GridRow[]): void
  showReference(key: 'basemap' | 'places', data: unknown): void
  showEmployers(points: EmployerPoint[]): void
  showStops(points: StopPoint[]): void
  /** The way to go, dashed, and the ways gone. */
  showLines(key: 'round' | 'track', lines: LonLat[][]): void
  showMe(fix: Position | null): void
  choose(position: LonLat | null): void
  fitGrids(): void
  flyTo(position: LonLat, zoom?: number): void
}

/** Make the map in an element. Throws where the phone cannot draw it (no WebGL). */
export function makeFieldMap(container: HTMLElement, options: { language: string; title: string }): FieldMap {
  const map = new MapLibre({
    container,
    style: style(),
    bounds: WEIFANG,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 18.5,
    fadeDuration: 0,
    // Ideographs are drawn by the phone's own fonts: no font server, no network.
    localIdeographFontFamily: 'sans-serif',
    locale: { 'Map.Title': options.title },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new AttributionControl({ compact: true, customAttribution: 'GSHHG · 天地图' }), 'top-left')
  const ready = new Promise<void>((resolve) => void map.once('load', () => resolve()))
  const set = (source: string, data: FeatureCollection) => void (map.getSource(source) as GeoJSONSource).setData(data)
  let bounds: [number, number, number, number] | null = null

  return {
    map,
    ready,
    showBase(base) {
      map.addSource(BASE_SOURCE, base.source)
      for (const layer of base.layers) map.addLayer(layer, 'grid')
      // Bright ground becomes a light over the streets.
      map.setPaintProperty('grid', 'fill-opacity', 0.5)
      map.setLayoutProperty('water', 'visibility', 'none')
      // What of it is drawn, for whoever reads the page and not the picture.
      const layers = base.layers.map(({ id }) => id)
      void map.once('idle', () => {
        container.dataset.base = String(map.queryRenderedFeatures({ layers }).length)
      })
      if (base.hasPlaces) map.setLayoutProperty('place', 'visibility', 'none')
    },
    showGrids(rows) {
      bounds = bboxOf(rows.map((row) => row.geom))
      set(
        'grids',
        collection(
          rows.map((row) => ({
            type: 'Feature',
            geometry: row.geom as Feature['geometry'],
            properties: { id: row.id, name: row.name },
          })),
        ),
      )
    },
    showReference: (key, data) => set(key, data as FeatureCollection),
    showEmployers: (points) =>
      set('employers', collection(points.map(({ position, ...properties }) => point(position, properties)))),
    showStops: (points) =>
      set('stops', collection(points.map(({ position, ...properties }) => point(position, properties)))),
    showLines: (key, lines) =>
      set(
        key,
        collection(
          lines
            .filter((line) => line.length > 1)
            .map((coordinates) => ({
              type: 'Feature',
              geometry: { type: 'LineString', coordinates },
              properties: {},
            })),
        ),
      ),
    showMe(fix) {
      const at: LonLat | null = fix && [fix.lon, fix.lat]
      set('me', collection(at ? [point(at, {})] : []))
      set(
        'accuracy',
        collection(
          at && fix
            ? [
                {
                  type: 'Feature',
                  geometry: { type: 'Polygon', coordinates: [circle(at, fix.accuracy_m)] },
                  properties: {},
                },
              ]
            : [],
        ),
      )
    },
    choose: (position) => set('chosen', collection(position ? [point(position, {})] : [])),
    fitGrids: () => void map.fitBounds(bounds ?? WEIFANG, { padding: 36, duration: 0, maxZoom: 16 }),
    flyTo: (position, zoom = 16) =>
      void map.easeTo({ center: position, zoom: Math.max(map.getZoom(), zoom), duration: 500 }),
  }
}
