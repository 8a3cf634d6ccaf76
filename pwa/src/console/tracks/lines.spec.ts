import { describe, expect, it } from 'vitest'
import { trackLines } from './lines'

const stretch = (id: string, points: number[][]) => ({
  id,
  seq: 0,
  begins_at: '2026-11-24T01:00:00Z',
  ends_at: '2026-11-24T02:00:00Z',
  walked_m: 1,
  points,
})

describe('a patrol’s way on the map', () => {
  it('is one line to a stretch, so that a break is a gap', () => {
    const track = {
      patrol_id: 'p',
      walked_m: 2,
      pauses: [],
      stretches: [
        stretch('a', [
          [119, 36, 0, 5],
          [119.1, 36, 60, 5],
        ]),
        stretch('b', [
          [119.2, 36, 0, 5],
          [119.3, 36, 60, 5],
        ]),
      ],
    }
    expect(trackLines(track).features.map(({ geometry }) => geometry.coordinates)).toEqual([
      [
        [119, 36],
        [119.1, 36],
      ],
      [
        [119.2, 36],
        [119.3, 36],
      ],
    ])
    expect(trackLines(null).features).toEqual([])
  })
})
