import { describe, expect, it } from 'vitest'
import { wgs84ToBd09, wgs84ToGcj02 } from './datum'
import type { LonLat } from './geo'

/** The same places as the server converts them (backend/wangge/spatial_files/gcj02.py), in Weifang, Beijing, Shanghai, Osaka, Sydney. */
const PLACES: [LonLat, LonLat, LonLat][] = [
  [[119.107, 36.7093], [119.112966612, 36.709813943], [119.119542602, 36.715532851]],
  [[118.77, 36.92], [118.775714417, 36.920463126], [118.782165002, 36.926562946]],
  [[116.391, 39.907], [116.397240959, 39.908401109], [116.403614424, 39.914743901]],
  [[121.4737, 31.2304], [121.478223059, 31.228457738], [121.484781469, 31.234310594]],
  [[135.0, 34.6], [135.005652873, 34.599234843], [135.012070741, 34.605626644]],
  [[151.2, -33.8], [151.2, -33.8], [151.206618303, -33.793550178]],
] // prettier-ignore

describe('the datums of map apps', () => {
  it.each(PLACES)('%j as the server has it, to a tenth of a millimetre', (wgs84, gcj02, bd09) => {
    for (const [found, wanted] of [
      [wgs84ToGcj02(wgs84), gcj02],
      [wgs84ToBd09(wgs84), bd09],
    ] as const) {
      // prettier-ignore
      expect(found[0]).toBeCloseTo(wanted[0], 8)
      expect(found[1]).toBeCloseTo(wanted[1], 8)
    }
  })
})
