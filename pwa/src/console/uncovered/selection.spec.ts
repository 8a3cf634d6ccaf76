import { describe, expect, it } from 'vitest'
import { addWithinLimit, PATROL_STOPS_MAX, useSelection } from './selection'

const items = (n: number, from = 0) => Array.from({ length: n }, (_, i) => ({ id: `e${from + i}` }))

describe('choosing employers for a patrol', () => {
  it('takes at most as many as a patrol may hold and says how many did not fit', () => {
    const selection = useSelection()
    expect(selection.add(items(75))).toEqual({ added: PATROL_STOPS_MAX, leftOut: 15 })
    expect(selection.chosen.value.size).toBe(60)
    expect(selection.add(items(1, 100))).toEqual({ added: 0, leftOut: 1 })
  })

  it('does not count one that is already chosen', () => {
    const first = addWithinLimit(new Map(), items(2), 3)
    expect(addWithinLimit(first.chosen, items(3), 3).addition).toEqual({ added: 1, leftOut: 0 })
  })

  it('keeps the order of choosing, and the order given later', () => {
    const selection = useSelection()
    selection.add(items(3))
    selection.reorder(['e2', 'unknown', 'e0'])
    expect([...selection.chosen.value.keys()]).toEqual(['e2', 'e0', 'e1'])
  })

  it('makes room again when one is taken out', () => {
    const selection = useSelection(1)
    selection.add(items(1))
    selection.toggle({ id: 'e0' })
    expect(selection.toggle({ id: 'e9' })).toEqual({ added: 1, leftOut: 0 })
  })
})
