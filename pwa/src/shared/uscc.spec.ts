import { describe, expect, it } from 'vitest'
import { checkUscc, cleanUscc } from './uscc'

describe('the credit code', () => {
  it.each([
    ['914403001922038216', 'Huawei'],
    ['9144030071526726XG', 'Tencent Technology (Shenzhen)'],
    ['91330100799655058B', 'Alibaba (China)'],
    ['913700007456765902', 'Weichai Power'],
    ['91370700729253432M', 'Goertek'],
  ])('%s (%s) holds, its inner organisation code too', (code) => {
    expect(checkUscc(code)).toEqual({ ok: true, code, warning: null })
  })

  it('holds with the check digit 3 and not with 4', () => {
    expect(checkUscc('91350100M000100Y43')).toMatchObject({ ok: true })
    expect(checkUscc('91350100M000100Y4Z')).toMatchObject({ ok: false, reason: 'character', position: 18, likely: '2' })
    expect(checkUscc('91350100M000100Y44')).toMatchObject({ ok: false, reason: 'check_digit' })
  })

  it('is read as people type it', () => {
    expect(cleanUscc(' ９１４４0300-1922 038216　')).toBe('914403001922038216')
    expect(checkUscc('9144030071526726xg')).toMatchObject({ ok: true })
  })

  it('names the first character that cannot stand in it, and what it is likely to be', () => {
    expect(checkUscc('9144O3001922038216')).toEqual({
      ok: false,
      code: '9144O3001922038216',
      reason: 'character',
      position: 5,
      character: 'O',
      likely: '0',
    })
    expect(checkUscc('91440A001922038216')).toMatchObject({ reason: 'division', position: 6 })
  })

  it('counts what is missing', () => {
    expect(checkUscc('91440300')).toMatchObject({ reason: 'length', length: 8 })
    expect(checkUscc('')).toMatchObject({ reason: 'length', length: 0 })
  })

  it('finds two neighbours the wrong way round', () => {
    expect(checkUscc('914403001922038126')).toMatchObject({ reason: 'check_digit', swapped: [16, 17] })
  })

  it('only warns when the inner organisation code is unusual', () => {
    // digits 9-17 changed, outer check digit made to fit
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    const fitting = [...alphabet].map((c) => `91440300192203831${c}`).find((code) => checkUscc(code).ok)
    expect(checkUscc(fitting!)).toMatchObject({ ok: true, warning: 'inner_code' })
  })
})
