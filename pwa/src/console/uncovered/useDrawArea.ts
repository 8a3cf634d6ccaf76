import { onScopeDispose, ref, shallowRef } from 'vue'
import type { AreaPolygon } from '../map/area'
import type { MapInstance } from '../map/engine'
import { COLOURS } from '../map/colours'

export type DrawTool = 'rectangle' | 'polygon'

interface Pen {
  setMode: (mode: string) => void
  start: () => void
  stop: () => void
  clear: () => void
  getSnapshot: () => { geometry: { type: string; coordinates: unknown } }[]
  on: (event: 'finish', then: () => void) => void
}

/** Draw an area on the map; the drawing library is fetched the first time somebody takes up the pen. */
export function useDrawArea(map: () => MapInstance | null, done: (area: AreaPolygon) => void) {
  const tool = ref<DrawTool | null>(null)
  const busy = ref(false)
  const pen = shallowRef<Pen | null>(null)

  async function makePen(on: MapInstance): Promise<Pen> {
    const [{ TerraDraw, TerraDrawPolygonMode, TerraDrawRectangleMode }, { TerraDrawMapLibreGLAdapter }] =
      await Promise.all([import('terra-draw'), import('terra-draw-maplibre-gl-adapter')])
    const styles = {
      fillColor: COLOURS.chosen,
      fillOpacity: 0.12,
      outlineColor: COLOURS.chosen,
      outlineWidth: 2.5,
    } as const
    const made = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: on }),
      modes: [new TerraDrawRectangleMode({ styles }), new TerraDrawPolygonMode({ styles })],
    })
    made.on('finish', () => {
      const drawn = made.getSnapshot().find((feature) => feature.geometry.type === 'Polygon')
      stop()
      if (drawn) done({ type: 'Polygon', coordinates: drawn.geometry.coordinates as AreaPolygon['coordinates'] })
    })
    return made as unknown as Pen
  }

  async function start(wanted: DrawTool) {
    const on = map()
    if (!on || busy.value) return
    stop()
    busy.value = true
    pen.value ??= await makePen(on)
    busy.value = false
    pen.value.start()
    pen.value.setMode(wanted)
    tool.value = wanted
  }

  function stop() {
    if (tool.value === null) return
    tool.value = null
    // The library is still inside its own event: leave it time to finish.
    setTimeout(() => {
      pen.value?.clear()
      pen.value?.stop()
    })
  }

  onScopeDispose(() => {
    if (tool.value !== null) pen.value?.stop()
  })
  return { tool, busy, start, stop }
}
