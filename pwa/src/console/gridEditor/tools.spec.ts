import { describe, expect, it } from 'vitest'
import { choose, chosenFor, commandOf, stageOf, toolOf } from './tools'
import type { LonLat } from './snapping'

const line: LonLat[] = [
  [119, 36],
  [119.1, 36.1],
]
const polygon: GeoJSON.Polygon = { type: 'Polygon', coordinates: [[...line, [119.1, 36], [119, 36]]] }

describe('choosing grids', () => {
  it('takes one at a time, and lets go of it on a second click', () => {
    expect(choose([], 'a', toolOf('select'), false)).toEqual(['a'])
    expect(choose(['a'], 'b', toolOf('select'), false)).toEqual(['b'])
    expect(choose(['a'], 'a', toolOf('select'), false)).toEqual([])
    expect(choose(['a'], 'b', toolOf('split'), true)).toEqual(['b'])
  })
  it('adds with the shift key, and narrows several to one without it', () => {
    expect(choose(['a'], 'b', toolOf('select'), true)).toEqual(['a', 'b'])
    expect(choose(['a', 'b'], 'a', toolOf('select'), false)).toEqual(['a'])
  })
  it('gathers for a merge, and keeps the last two for a border', () => {
    expect(choose(['a', 'b'], 'c', toolOf('merge'), false)).toEqual(['a', 'b', 'c'])
    expect(choose(['a', 'b'], 'a', toolOf('merge'), false)).toEqual(['b'])
    expect(choose(['a', 'b'], 'c', toolOf('move_boundary'), false)).toEqual(['b', 'c'])
  })
  it('takes nothing where a new grid is drawn', () => {
    expect(choose([], 'a', toolOf('draw'), false)).toEqual([])
  })
  it('keeps what the next tool can use', () => {
    expect(chosenFor(toolOf('split'), ['a', 'b'])).toEqual(['a'])
    expect(chosenFor(toolOf('merge'), ['a', 'b'])).toEqual(['a', 'b'])
    expect(chosenFor(toolOf('draw'), ['a'])).toEqual([])
  })
})

describe('how far a tool is', () => {
  it('first chooses, then draws, or is ready', () => {
    expect(stageOf(toolOf('split'), 0)).toBe('choose')
    expect(stageOf(toolOf('split'), 1)).toBe('draw')
    expect(stageOf(toolOf('draw'), 0)).toBe('draw')
    expect(stageOf(toolOf('merge'), 1)).toBe('choose')
    expect(stageOf(toolOf('merge'), 2)).toBe('ready')
    expect(stageOf(toolOf('select'), 1)).toBe('choose')
  })
})

describe('the change asked for', () => {
  const asked = { parentId: 'p', chosen: ['a', 'b'] }

  it('waits for what is missing', () => {
    expect(commandOf(toolOf('split'), { ...asked, line: [[119, 36]] })).toBeNull()
    expect(commandOf(toolOf('split'), { ...asked, chosen: [], line })).toBeNull()
    expect(commandOf(toolOf('draw'), { ...asked, polygon, name: '  ' })).toBeNull()
    expect(commandOf(toolOf('merge'), { ...asked, chosen: ['a'] })).toBeNull()
    expect(commandOf(toolOf('rename'), { ...asked, name: '' })).toBeNull()
    expect(commandOf(toolOf('select'), asked)).toBeNull()
  })
  it('is complete otherwise', () => {
    expect(commandOf(toolOf('split'), { ...asked, line })).toEqual({ kind: 'split', grid_id: 'a', line })
    expect(commandOf(toolOf('draw'), { ...asked, polygon, name: ' 新村 ' })).toEqual({
      kind: 'draw',
      parent_id: 'p',
      polygon,
      name: '新村',
    })
    expect(commandOf(toolOf('move_boundary'), { ...asked, line })).toEqual({
      kind: 'move_boundary',
      grid_ids: ['a', 'b'],
      line,
    })
    expect(commandOf(toolOf('reshape'), { ...asked, polygon, giveTo: 'b' })).toEqual({
      kind: 'reshape',
      grid_id: 'a',
      polygon,
      give_to: 'b',
    })
    expect(commandOf(toolOf('rename'), { ...asked, name: '河滩社区' })).toEqual({
      kind: 'rename',
      grid_id: 'a',
      name: '河滩社区',
    })
  })
  it('keeps the first of merged grids unless another is said', () => {
    expect(commandOf(toolOf('merge'), asked)).toEqual({ kind: 'merge', grid_ids: ['a', 'b'], keep_id: 'a' })
    expect(commandOf(toolOf('merge'), { ...asked, keepId: 'b', name: '合并村' })).toEqual({
      kind: 'merge',
      grid_ids: ['a', 'b'],
      keep_id: 'b',
      name: '合并村',
    })
    expect(commandOf(toolOf('merge'), { ...asked, keepId: 'z' })).toMatchObject({ keep_id: 'a' })
  })
})
