import { describe, expect, it } from 'vitest'
import { changeListState, readListQuery, writeListQuery } from './listQuery'

const defaults = { page: 1, page_size: 50, sort: 'name', q: '', reason: [] as string[] }

describe('the state of a list in the address', () => {
  it('is the default when the address says nothing', () => {
    expect(readListQuery(defaults, {})).toEqual(defaults)
  })

  it('survives the round trip', () => {
    const state = {
      page: 3,
      page_size: 20,
      sort: '-last_visited_at',
      q: '潍柴 & 动力',
      reason: ['never_visited', 'outside_all_grids'],
    }
    expect(readListQuery(defaults, writeListQuery(defaults, state))).toEqual(state)
  })

  it('leaves defaults out of the address', () => {
    expect(writeListQuery(defaults, { ...defaults, q: '诸城' })).toEqual({ q: '诸城' })
  })

  it('keeps what others wrote into the same address', () => {
    expect(writeListQuery(defaults, { ...defaults }, { area: '1,2', q: 'old' })).toEqual({ area: '1,2' })
  })

  it.each(['0', '-2', 'x', '1e9', '1.5', ''])('takes the default for the page number %j', (page) => {
    expect(readListQuery(defaults, { page }).page).toBe(1)
  })

  it('never asks for more rows than the server gives', () => {
    expect(readListQuery(defaults, { page_size: '5000' }).page_size).toBe(200)
  })

  it('takes the first of a repeated key', () => {
    expect(readListQuery(defaults, { q: ['a', 'b'] }).q).toBe('a')
  })

  it('goes back to page one when a filter changes, but not when the page does', () => {
    const state = { ...defaults, page: 4 }
    expect(changeListState(state, { q: 'x' }).page).toBe(1)
    expect(changeListState(state, { page: 5 }).page).toBe(5)
  })
})
