import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { Problem } from '../data/types'
import { bboxOfGeometry, type Bbox } from '../map/area'
import { readEditing, readTiling } from './editorApi'
import { makeSnapIndex, ringsOf } from './snapping'
import type { GridFeature, GridFeatures, TilingReport } from './types'

/** The ground under the pen: a parent with its children, as they are today or were on a day, and whether they tile it. */
export function useGround(parentId: Ref<string>, on: Ref<string>) {
  const parent = shallowRef<GridFeature | null>(null)
  const children = shallowRef<GridFeatures>({ type: 'FeatureCollection', features: [] })
  const tiling = shallowRef<TilingReport | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let running: AbortController | null = null

  async function load() {
    running?.abort()
    const mine = (running = new AbortController())
    if (!parentId.value) {
      parent.value = null
      children.value = { type: 'FeatureCollection', features: [] }
      tiling.value = null
      problem.value = null
      return
    }
    loading.value = true
    const [shapes, report] = await Promise.all([
      readEditing(parentId.value, on.value, mine.signal),
      on.value ? null : readTiling(parentId.value, mine.signal),
    ])
    if (mine !== running) return
    loading.value = false
    if (!shapes.ok) {
      if (shapes.problem.type !== 'aborted') problem.value = shapes.problem
      return
    }
    problem.value = null
    const features = shapes.data.features
    parent.value = features.find((grid) => grid.properties.id === parentId.value) ?? null
    children.value = {
      type: 'FeatureCollection',
      features: features.filter((grid) => grid.properties.id !== parentId.value),
    }
    tiling.value = report?.ok ? report.data : null
  }
  watch([parentId, on], load, { immediate: true })
  onScopeDispose(() => running?.abort())

  const byId = computed(() => new Map(children.value.features.map((grid) => [grid.properties.id, grid])))
  const snapIndex = computed(() =>
    makeSnapIndex([
      ...(parent.value ? ringsOf(parent.value.geometry) : []),
      ...children.value.features.flatMap((grid) => ringsOf(grid.geometry)),
    ]),
  )
  const box = computed<Bbox | null>(() => (parent.value ? bboxOfGeometry(parent.value.geometry) : null))
  const nameOf = (id: string) => byId.value.get(id)?.properties.name ?? ''

  return { parent, children, tiling, loading, problem, byId, snapIndex, box, nameOf, reload: load }
}
