import { describe, expect, it } from 'vitest'
import type { LonLat } from '@/shared/geo'
import { roundLengthM, shortRound } from './round'

const stop = (id: string, lon: number, lat: number) => ({ id, position: [lon, lat] as LonLat })

describe('a short round', () => {
  it('visits a street in the order of the houses, from the first one chosen', () => {
    const mixed = [stop('a', 119.0, 36.7), stop('d', 119.03, 36.7), stop('b', 119.01, 36.7), stop('c', 119.02, 36.7)]
    expect(shortRound(mixed).map((s) => s.id)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('is never longer than the order it was given, and loses no stop', () => {
    let seed = 7
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
    const stops = Array.from({ length: 60 }, (_, i) => stop(String(i), 119 + random() / 10, 36.7 + random() / 10))
    const round = shortRound(stops)
    expect(roundLengthM(round.map((s) => s.position))).toBeLessThan(roundLengthM(stops.map((s) => s.position)))
    expect(new Set(round.map((s) => s.id)).size).toBe(60)
    expect(round[0]!.id).toBe('0')
  })

  it('puts stops without a position at the end', () => {
    const stops = [{ id: 'x', position: null }, stop('a', 119, 36.7), stop('b', 119.1, 36.7)]
    expect(shortRound(stops).map((s) => s.id)).toEqual(['a', 'b', 'x'])
  })
})
