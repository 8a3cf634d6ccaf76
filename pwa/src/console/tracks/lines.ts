/** A patrol's way as map features, and its numbers. Pure, so that what is drawn can be tested without a map. */
import type { PatrolTrack } from '../data/field'
import type { Feature, FeatureCollection } from '../map/dayFeatures'
import type { Position } from '../data/types'

/** One line to a stretch: a break is a gap. */
export function trackLines(track: PatrolTrack | null): FeatureCollection {
  const features: Feature[] = (track?.stretches ?? []).map((stretch) => ({
    type: 'Feature',
    geometry: {
      type: 'LineString',
      coordinates: stretch.points.map(([lon, lat]): Position => [lon!, lat!]),
    },
    properties: { id: stretch.id },
  }))
  return { type: 'FeatureCollection', features }
}
