import { describe, expect, it } from 'vitest'
import { distanceM, type LonLat } from '@/shared/geo'
import { lengthM, walkingOrder } from './order'

/** Numbers that are the same on every run: mulberry32. */
function numbers(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
const somewhere = (random: () => number): LonLat => [118.7 + random() * 0.1, 36.9 + random() * 0.1]
const scene = (seed: number) => {
  const random = numbers(seed)
  const points = Array.from({ length: 1 + Math.floor(random() * 25) }, () =>
    random() < 0.1 ? null : somewhere(random),
  )
  return { from: somewhere(random), points }
}
const SEEDS = Array.from({ length: 300 }, (_, i) => i + 1)
const given = (points: unknown[]) => points.map((_, i) => i)

describe('the order of the round', () => {
  it('names every stop once, and is never longer than the order given', () => {
    for (const seed of SEEDS) {
      const { from, points } = scene(seed)
      const order = walkingOrder(points, from)
      expect(
        [...order].sort((a, b) => a - b),
        `seed ${seed}`,
      ).toEqual(given(points))
      expect(lengthM(points, from, order), `seed ${seed}`).toBeLessThanOrEqual(
        lengthM(points, from, given(points)) + 1e-6,
      )
    }
  })

  it('is clearly shorter than a random order for a day’s stops', () => {
    const shares = SEEDS.slice(0, 50).map((seed) => {
      const random = numbers(seed)
      const points = Array.from({ length: 20 }, () => somewhere(random))
      const from = somewhere(random)
      return lengthM(points, from, walkingOrder(points, from)) / lengthM(points, from, given(points))
    })
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.5)
  })

  it('finds the best of all orders for few stops, or comes within a tenth', () => {
    const permutations = (items: number[]): number[][] =>
      items.length < 2
        ? [items]
        : items.flatMap((item, i) =>
            permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
          )
    for (const seed of SEEDS.slice(0, 30)) {
      const random = numbers(seed)
      const points = Array.from({ length: 6 }, () => somewhere(random))
      const from = somewhere(random)
      const best = Math.min(...permutations(given(points)).map((order) => lengthM(points, from, order)))
      expect(lengthM(points, from, walkingOrder(points, from)), `seed ${seed}`).toBeLessThanOrEqual(best * 1.1)
    }
  })

  it('is stable: the same again, and unchanged by a few steps that save next to nothing', () => {
    for (const seed of SEEDS.slice(0, 100)) {
      const { from, points } = scene(seed)
      const first = walkingOrder(points, from)
      expect(walkingOrder(points, from, first), `seed ${seed}`).toEqual(first)
      const aside: LonLat = [from[0] + 0.00005, from[1]]
      expect(walkingOrder(points, aside, first), `seed ${seed}`).toEqual(first)
    }
  })

  it('changes when that saves enough', () => {
    const points: LonLat[] = [[118.71, 36.9], [118.72, 36.9], [118.73, 36.9]] // prettier-ignore
    expect(walkingOrder(points, [118.7, 36.9])).toEqual([0, 1, 2])
    expect(walkingOrder(points, [118.74, 36.9], [0, 1, 2])).toEqual([2, 1, 0])
  })

  it('keeps the order given while nobody knows where she is, and puts stops without a place last', () => {
    expect(walkingOrder([null, [118.9, 36.9], [118.7, 36.9]], null)).toEqual([1, 2, 0])
    expect(walkingOrder([null, [118.9, 36.9], [118.7, 36.9]], [118.7, 36.9])).toEqual([2, 1, 0])
    expect(walkingOrder([], [118.7, 36.9])).toEqual([])
  })

  it('is ready within a frame for sixty stops', () => {
    const random = numbers(7)
    const points = Array.from({ length: 60 }, () => somewhere(random))
    const began = performance.now()
    walkingOrder(points, points[0]!)
    expect(performance.now() - began).toBeLessThan(100)
    expect(distanceM(points[0]!, points[1]!)).toBeGreaterThan(0)
  })
})
