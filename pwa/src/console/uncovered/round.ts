import { distanceM, type LonLat } from '@/shared/geo'

/** A short round through the stops, for a person who walks or rides it in one day. */
export function roundLengthM(positions: readonly LonLat[]): number {
  let sum = 0
  for (let i = 1; i < positions.length; i += 1) sum += distanceM(positions[i - 1]!, positions[i]!)
  return sum
}

/**
 * Order stops so that the way is short: nearest next from the first one, then crossings are undone (2-opt).
 * The first stop stays first, because the clerk chose where the day begins. Stops without a position keep their
 * order at the end: the person must ask for the way.
 */
export function shortRound<T extends { position: LonLat | null }>(stops: readonly T[]): T[] {
  const placed = stops.filter((stop) => stop.position !== null)
  const unplaced = stops.filter((stop) => stop.position === null)
  if (placed.length < 3) return [...placed, ...unplaced]
  const at = (stop: T) => stop.position as LonLat

  const left = placed.slice(1)
  const round = [placed[0]!]
  while (left.length > 0) {
    const here = at(round[round.length - 1]!)
    let best = 0
    for (let i = 1; i < left.length; i += 1)
      if (distanceM(here, at(left[i]!)) < distanceM(here, at(left[best]!))) best = i
    round.push(...left.splice(best, 1))
  }

  for (let improved = true; improved;) {
    improved = false
    for (let i = 1; i < round.length - 1; i += 1) {
      for (let j = i + 1; j < round.length; j += 1) {
        const before = at(round[i - 1]!)
        const after = round[j + 1]
        const now = distanceM(before, at(round[i]!)) + (after ? distanceM(at(round[j]!), at(after)) : 0)
        const turned = distanceM(before, at(round[j]!)) + (after ? distanceM(at(round[i]!), at(after)) : 0)
        if (turned < now - 0.01) {
          round.splice(i, j - i + 1, ...round.slice(i, j + 1).reverse())
          improved = true
        }
      }
    }
  }
  return [...round, ...unplaced]
}
