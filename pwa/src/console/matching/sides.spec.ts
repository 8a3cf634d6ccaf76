import { describe, expect, it } from 'vitest'
import { agrees, pieces, seenText, signed } from './sides'

describe('two records side by side', () => {
  it('agree whatever the width and the signs', () => {
    expect(agrees('北海路１号', '北海路 1号')).toBe('same')
    expect(agrees('鑫源机械', '新源机械')).toBe('differs')
    expect(agrees('', '新源机械')).toBe('unknown')
  })
  it('mark what the other does not say', () => {
    expect(pieces('鑫源机械', '新源机械')).toEqual([
      { text: '鑫', differs: true },
      { text: '源机械', differs: false },
    ])
    expect(pieces('鑫源', '')).toEqual([{ text: '鑫源', differs: false }])
  })
  it('say points and what was measured', () => {
    expect([signed(60), signed(-40)]).toEqual(['+60', '−40'])
    expect(seenText({ code: 'near', points: 20, seen: 12.4 })).toBe('12 m')
    expect(seenText({ code: 'name_alike', points: 20, seen: 66 })).toBe('66%')
    expect(seenText({ code: 'name_same', points: 60 })).toBe('')
  })
})
