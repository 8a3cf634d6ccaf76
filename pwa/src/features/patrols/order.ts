/** In which order to walk from where she stands: nearest neighbour, bettered by 2-opt. Pure, and the same input gives the same order. */
import { distanceM, type LonLat } from '@/shared/geo'

/** A new order must save this share of the way, or she keeps the one she has: a list that jumps about is worse than a detour. */
const WORTH = 0.95

/** Metres from `from` along the points in this order; points without a place cost nothing. */
export function lengthM(points: readonly (LonLat | null)[], from: LonLat, order: readonly number[]): number {
  let total = 0
  let stand = from
  for (const i of order) {
    const next = points[i]
    if (!next) continue
    total += distanceM(stand, next)
    stand = next
  }
  return total
}

/**
 * The indexes of the points in a short order, never a longer one than `given` (by default as they stand). Points without a
 * place come last, in the order given. Without `from` nobody knows where she is: the order given stays.
 *
 * O(n²) a round; meant for a day's stops (n ≤ 60).
 */
export function walkingOrder(
  points: readonly (LonLat | null)[],
  from: LonLat | null,
  given: readonly number[] = points.map((_, i) => i),
): number[] {
  const placed = given.filter((i) => points[i])
  const unplaced = given.filter((i) => !points[i])
  if (!from || placed.length < 2) return [...placed, ...unplaced]
  // Node 0 is where she stands; node k is the k-th placed point.
  const spots = [from, ...placed.map((i) => points[i]!)]
  const apart = spots.map((a) => spots.map((b) => distanceM(a, b)))
  const asGiven = spots.map((_, i) => i)
  const found = [asGiven, nearestNeighbour(apart)].map((order) => twoOpt(order, apart))
  const best = pathM(found[1]!, apart) < pathM(found[0]!, apart) ? found[1]! : found[0]!
  const chosen = pathM(best, apart) < pathM(asGiven, apart) * WORTH ? best : asGiven
  return [...chosen.slice(1).map((node) => placed[node - 1]!), ...unplaced]
}

const pathM = (order: number[], apart: number[][]) =>
  order.slice(1).reduce((sum, node, i) => sum + apart[order[i]!]![node]!, 0)

function nearestNeighbour(apart: number[][]): number[] {
  const order = [0]
  const left = apart.slice(1).map((_, i) => i + 1)
  while (left.length) {
    const row = apart[order.at(-1)!]!
    let nearest = 0
    for (let i = 1; i < left.length; i++) if (row[left[i]!]! < row[left[nearest]!]!) nearest = i
    order.push(...left.splice(nearest, 1))
  }
  return order
}

/** Turn stretches round while that shortens the way; the start stays, the end is open. */
function twoOpt(given: number[], apart: number[][]): number[] {
  const order = [...given]
  const d = (i: number, j: number) => (j < order.length ? apart[order[i]!]![order[j]!]! : 0)
  for (let better = true; better;) {
    better = false
    for (let i = 1; i < order.length - 1; i++) {
      for (let j = i + 1; j < order.length; j++) {
        const before = d(i - 1, i) + d(j, j + 1)
        const after = d(i - 1, j) + d(i, j + 1)
        if (after >= before - 1e-6) continue
        order.splice(i, j - i + 1, ...order.slice(i, j + 1).reverse())
        better = true
      }
    }
  }
  return order
}
