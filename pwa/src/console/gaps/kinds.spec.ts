import { describe, expect, it } from 'vitest'
import { changedNumbers, isGapKind, ownNumbers, totalOf, type GapCounts } from './kinds'

const grid = (id: string) => ({ id, code: id, name: id, level: 3, label: [119, 36] })
const counts = (all: Record<string, number>, child: Record<string, number>, id = 'county'): GapCounts => ({
  grid: grid(id),
  around: [grid(id)],
  kinds: all,
  children: [{ grid: grid('street'), kinds: child }],
  tilings_pending: 0,
})

it('a certificate that only runs out soon is no gap yet', () => {
  expect(totalOf({ grid_without_owner: 2, owner_expiring: 5, unit_without_people: 1 })).toBe(3)
})

it('what belongs to no grid below is left over', () => {
  expect(
    ownNumbers(
      counts({ employer_no_position: 5, grid_without_owner: 1 }, { employer_no_position: 2, grid_without_owner: 1 }),
    ),
  ).toMatchObject({
    employer_no_position: 3,
    grid_without_owner: 0,
    unit_without_people: 0,
  })
})

it('knows its kinds', () => {
  expect(isGapKind('grids_overlap_or_gap')).toBe(true)
  expect(isGapKind('never_visited')).toBe(false)
  expect(isGapKind(undefined)).toBe(false)
})

describe('what has changed since', () => {
  const before = counts({ grid_without_owner: 3 }, { grid_without_owner: 1, employer_no_position: 2 })

  it('is told number by number', () => {
    const now = counts({ grid_without_owner: 2 }, { grid_without_owner: 0, employer_no_position: 2 })
    expect([...changedNumbers(before, now)]).toEqual(['all grid_without_owner', 'street grid_without_owner'])
  })
  it('is nothing at first, and nothing on another grid’s page', () => {
    expect(changedNumbers(null, before).size).toBe(0)
    expect(changedNumbers(before, counts({ grid_without_owner: 9 }, {}, 'city')).size).toBe(0)
  })
  it('leaves out a grid that was not there', () => {
    const now = { ...before, children: [...before.children, { grid: grid('new'), kinds: { grid_without_owner: 1 } }] }
    expect(changedNumbers(before, now).size).toBe(0)
  })
})
