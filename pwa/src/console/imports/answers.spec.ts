import { describe, expect, it } from 'vitest'
import { agrees, changedOnly, withConsent, withLeftOut } from './answers'
import type { Answers } from './types'

describe('agreeing to repairs', () => {
  it('holds for all features or for single ones', () => {
    const one = withConsent([], 'make_valid', 3, true)
    expect(one).toEqual([{ code: 'make_valid', positions: [3] }])
    expect(agrees(one, 'make_valid', 3)).toBe(true)
    expect(agrees(one, 'make_valid', 4)).toBe(false)
    expect(agrees(one, 'make_valid', null)).toBe(false)
    const all = withConsent(one, 'make_valid', null, true)
    expect(agrees(all, 'make_valid', 4)).toBe(true)
    expect(withConsent(all, 'make_valid', 4, false)).toBe(all)
    expect(withConsent(all, 'make_valid', null, false)).toEqual([])
  })
  it('forgets a kind when its last feature is taken back, and leaves the others alone', () => {
    const two = withConsent(withConsent([], 'close_ring', 1, true), 'make_valid', 0, true)
    expect(withConsent(two, 'make_valid', 0, false)).toEqual([{ code: 'close_ring', positions: [1] }])
  })
})

describe('what is sent', () => {
  const answers = { repairs: [], left_out: [2], mend_m2: 0, match_by: 'uscc' } as unknown as Answers
  it('is only what differs', () => {
    expect(changedOnly(answers, { left_out: withLeftOut([2], 2, true), mend_m2: 5 })).toEqual({ mend_m2: 5 })
    expect(changedOnly(answers, { left_out: withLeftOut([2], 2, false) })).toEqual({ left_out: [] })
    expect(changedOnly(answers, { datum: null })).toEqual({})
  })
})
