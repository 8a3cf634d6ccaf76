import { ref, shallowRef } from 'vue'
import type { Geometry, Position } from '../data/types'
import { bboxOf, bboxOfGeometry, type Bbox } from '../map/area'
import type { Choice, FeatureItem, PreviewMap, RepairOffer } from './types'

const NEAR_DEG = 0.004

/** Where the map looks, and what is sketched on it. */
export function useLook(preview: () => PreviewMap | null) {
  const current = ref<number | null>(null)
  const fitTo = shallowRef<Bbox | null>(null)
  const sketch = shallowRef<Geometry[]>([])

  function atChoice(choice: Choice | null) {
    sketch.value = choice?.shapes ?? []
    if (choice?.bounds) fitTo.value = choice.bounds
  }
  function atRepair(repair: RepairOffer | null) {
    sketch.value = repair?.preview ? [repair.preview] : []
  }
  function atShapes(shapes: Geometry[]) {
    sketch.value = shapes
    const boxes = shapes.map(bboxOfGeometry).filter((box) => box !== null)
    fitTo.value = bboxOf(
      boxes.flatMap(([west, south, east, north]) => [
        [west, south],
        [east, north],
      ]),
    )
  }
  /** A defect is looked at from near, a feature without one as a whole. */
  function atFeature(feature: FeatureItem) {
    current.value = feature.position
    const shape = preview()?.features.find(
      ({ properties }) => properties.kind === 'feature' && properties.position === feature.position,
    )
    const spot = feature.defects.find(({ position }) => position)?.position ?? (shape ? null : feature.spot)
    fitTo.value = spot ? around(spot) : shape ? bboxOfGeometry(shape.geometry) : fitTo.value
  }
  return { current, fitTo, sketch, atChoice, atRepair, atShapes, atFeature }
}

function around([lon, lat]: Position): Bbox {
  return [lon - NEAR_DEG, lat - NEAR_DEG, lon + NEAR_DEG, lat + NEAR_DEG]
}
