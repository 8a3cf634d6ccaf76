import { onScopeDispose, ref, shallowRef } from 'vue'
import type { GeoJSONStoreFeatures, TerraDraw } from 'terra-draw'
import { COLOURS } from '../map/colours'
import type { MapInstance } from '../map/engine'
import { sameRing } from './outline'
import type { LonLat, SnapIndex } from './snapping'

export type Drawing = 'line' | 'polygon' | 'corners'
const SNAP_PX = 12
/** Seven decimals of a degree are a centimetre: the raster that borders are kept on. */
const DECIMALS = 7

interface Snappable {
  snap: () => SnapIndex | null
  /** Called with what was drawn: a line, or a ring closed on itself. */
  done: (coordinates: LonLat[]) => void
  cancelled: () => void
}

/**
 * The pen: draws a line or an outline, or moves the corners of one that is there; comes to rest on old borders. The drawing
 * library is fetched the first time somebody takes it up. Enter finishes, Escape lets go, Backspace takes the last point back.
 */
export function usePen(map: () => MapInstance | null, on: Snappable) {
  const drawing = ref<Drawing | null>(null)
  const busy = ref(false)
  /** Points set so far; for corners, how often something was moved. */
  const points = ref(0)
  const pen = shallowRef<TerraDraw | null>(null)
  /** The outline before each move of a corner. */
  let past: LonLat[][] = []
  let outlineId: string | number | null = null

  function rest(event: { lng: number; lat: number }, { unproject, project }: Projection): LonLat | undefined {
    const here = project(event.lng, event.lat)
    const beside = unproject(here.x + SNAP_PX, here.y + SNAP_PX)
    const reach = { lon: Math.abs(beside.lng - event.lng), lat: Math.abs(beside.lat - event.lat) }
    return on.snap()?.snap([event.lng, event.lat], reach)?.at
  }

  async function makePen(at: MapInstance): Promise<TerraDraw> {
    const [library, { TerraDrawMapLibreGLAdapter }] = await Promise.all([
      import('terra-draw'),
      import('terra-draw-maplibre-gl-adapter'),
    ])
    const { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawSelectMode, TerraDrawModeUndoRedo } =
      library
    const snapping = { toCustom: rest as never }
    const point = {
      snappingPointColor: '#c4201a',
      snappingPointWidth: 6,
      snappingPointOutlineColor: '#ffffff',
    } as const
    const made = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: at, coordinatePrecision: DECIMALS }),
      undoRedo: { modeLevel: new TerraDrawModeUndoRedo() },
      modes: [
        new TerraDrawLineStringMode({
          snapping,
          showCoordinatePoints: true,
          // Keys are heard by the page, so that they work wherever the pointer last was.
          keyEvents: { cancel: null, finish: 'Enter' },
          styles: { lineStringColor: COLOURS.chosen, lineStringWidth: 3, ...point },
        }),
        new TerraDrawPolygonMode({
          snapping,
          showCoordinatePoints: true,
          keyEvents: { cancel: null, finish: 'Enter' },
          styles: {
            fillColor: COLOURS.chosen,
            fillOpacity: 0.12,
            outlineColor: COLOURS.chosen,
            outlineWidth: 3,
            ...point,
          },
        }),
        new TerraDrawSelectMode({
          keyEvents: null,
          allowManualDeselection: false,
          flags: {
            polygon: {
              feature: {
                draggable: false,
                coordinates: { draggable: true, deletable: true, midpoints: { draggable: true }, snappable: snapping },
              },
            },
          },
          styles: {
            selectedPolygonColor: COLOURS.chosen,
            selectedPolygonFillOpacity: 0.12,
            selectedPolygonOutlineColor: COLOURS.chosen,
            selectedPolygonOutlineWidth: 3,
            selectionPointColor: '#ffffff',
            selectionPointWidth: 5,
            selectionPointOutlineColor: COLOURS.chosen,
            selectionPointOutlineWidth: 2,
            midPointColor: COLOURS.chosen,
            midPointOpacity: 0.55,
            midPointWidth: 3.5,
          },
        }),
      ],
    })
    made.on('history', () => (points.value = drawing.value === 'corners' ? past.length - 1 : setPoints(made)))
    made.on('change', () => {
      if (drawing.value !== 'corners') points.value = setPoints(made)
    })
    made.on('finish', (id, context) => {
      if (drawing.value === 'corners') return void cornerMoved(made)
      if (context.action !== 'draw') return
      const drawn = made.getSnapshotFeature(id)
      const coordinates = drawn && coordinatesOf(drawn)
      stop()
      if (coordinates) on.done(coordinates)
    })
    return made
  }

  function cornerMoved(made: TerraDraw) {
    const now = outlineId === null ? undefined : made.getSnapshotFeature(outlineId)
    const ring = now && coordinatesOf(now)
    const last = past[past.length - 1]
    if (ring && (!last || !sameRing(last, ring))) past.push(ring)
    points.value = past.length - 1
  }

  async function start(wanted: Drawing, outline?: GeoJSON.Polygon) {
    const at = map()
    if (!at || busy.value) return
    stop()
    busy.value = true
    pen.value ??= await makePen(at)
    busy.value = false
    const made = pen.value
    if (made.enabled) made.stop()
    made.start()
    points.value = 0
    drawing.value = wanted
    if (wanted === 'corners' && outline) {
      const ring = (outline.coordinates[0] as LonLat[]).map(rounded)
      past = [ring]
      const [added] = made.addFeatures([
        { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: { mode: 'polygon' } },
      ] as GeoJSONStoreFeatures[])
      outlineId = added?.valid ? (added.id ?? null) : null
      if (outlineId === null) return stop()
      made.setMode('select')
      made.selectFeature(outlineId)
    } else made.setMode(wanted === 'line' ? 'linestring' : 'polygon')
  }

  /** Enter, or the button: what is drawn is meant. */
  function finish() {
    if (drawing.value === 'corners') {
      const ring = past[past.length - 1]
      const moved = past.length > 1
      stop()
      if (ring && moved) on.done(ring)
      else on.cancelled()
      return
    }
    // The library hears its keys on the map itself.
    map()
      ?.getCanvas()
      .dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter' }))
  }

  function undoPoint() {
    if (drawing.value === 'corners') {
      if (past.length < 2 || outlineId === null) return
      past.pop()
      const ring = past[past.length - 1]!
      pen.value?.updateFeatureGeometry(outlineId, { type: 'Polygon', coordinates: [ring] })
      points.value = past.length - 1
    } else if (pen.value?.canUndo()) pen.value.undo()
  }

  function cancel() {
    if (drawing.value === null) return
    stop()
    on.cancelled()
  }

  function stop() {
    if (drawing.value === null) return
    drawing.value = null
    points.value = 0
    past = []
    const id = outlineId
    outlineId = null
    // The library is still inside its own event: leave it time to finish.
    setTimeout(() => {
      if (drawing.value !== null || !pen.value?.enabled) return
      if (id !== null && pen.value.hasFeature(id)) pen.value.deselectFeature(id)
      pen.value.clear()
      pen.value.stop()
    })
  }

  onScopeDispose(() => {
    if (pen.value?.enabled) pen.value.stop()
  })
  return { drawing, busy, points, start, finish, undoPoint, cancel }
}

interface Projection {
  project: (lng: number, lat: number) => { x: number; y: number }
  unproject: (x: number, y: number) => { lng: number; lat: number }
}

const rounded = (p: LonLat): LonLat => [+p[0].toFixed(DECIMALS), +p[1].toFixed(DECIMALS)]

/** A line's points, or a polygon's ring with its closing point. */
function coordinatesOf(feature: GeoJSONStoreFeatures): LonLat[] | undefined {
  if (feature.geometry.type === 'LineString') return feature.geometry.coordinates as LonLat[]
  if (feature.geometry.type === 'Polygon') return feature.geometry.coordinates[0] as LonLat[]
  return undefined
}

/** How many points are set; the one that follows the pointer does not count. */
function setPoints(pen: TerraDraw): number {
  const drawn = pen.getSnapshot().find(({ geometry }) => geometry.type === 'LineString' || geometry.type === 'Polygon')
  const all = drawn ? (coordinatesOf(drawn)?.length ?? 0) : 0
  return Math.max(0, drawn?.geometry.type === 'Polygon' ? all - 2 : all - 1)
}
