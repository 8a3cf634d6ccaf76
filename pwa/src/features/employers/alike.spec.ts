import { describe, expect, it } from 'vitest'
import { alikeTo as alikeAmong, coreOf, likeness, type Known } from './alike'

const PLACES = ['山东', '潍坊', '青州']
const alikeTo = (found: Parameters<typeof alikeAmong>[0], known: Known[]) => alikeAmong(found, known, PLACES)

const shop = (id: string, name: string, more: Partial<Known> = {}): Known => ({
  id,
  name,
  uscc: null,
  address: '',
  position: null,
  ...more,
})
const ids = (found: { id: string }[]) => found.map(({ id }) => id)

describe('is this shop on file already', () => {
  it('knows a name without place, legal form, width and signs', () => {
    expect(coreOf('潍坊市鑫源机械制造有限责任公司', PLACES)).toBe('鑫源机械制造')
    expect(coreOf('鑫源机械（潍坊）制造有限公司', PLACES)).toBe('鑫源机械制造')
    expect(coreOf('ＡＢＣ 超市', PLACES)).toBe('ABC超市')
    expect(coreOf('公司', PLACES)).toBe('公司')
    expect(coreOf('山东省潍坊市青州鑫源机械厂', PLACES)).toBe('鑫源机械厂')
    expect(coreOf('青州市', PLACES)).toBe('青州市')
    expect(coreOf('潍坊鑫源机械厂', [])).toBe('潍坊鑫源机械厂')
  })
  it('finds the same code whatever the name says', () => {
    const known = [shop('a', '旧名', { uscc: '91370700729253432M' }), shop('b', '新名')]
    expect(alikeTo({ name: '新牌子', uscc: '91370700729253432M', position: null }, known)).toMatchObject([
      { id: 'a', why: 'code' },
    ])
  })
  it('finds a name that differs by a sign, and not one that shares the trade only', () => {
    const known = [shop('a', '鑫源机械加工厂'), shop('b', '恒达机械加工厂'), shop('c', '小李饭店')]
    expect(ids(alikeTo({ name: '鑫园机械加工厂', uscc: null, position: null }, known))).toContain('a')
    expect(ids(alikeTo({ name: '王记饭店', uscc: null, position: null }, known))).toEqual([])
    expect(likeness('小李饭店', '小李饭店')).toBe(1)
  })
  it('at the same door a distant likeness is enough, and far away it is not', () => {
    const here: [number, number] = [119.1, 36.7]
    const known = [shop('a', '小李家常饭店', { position: [119.1001, 36.7001] })]
    const typed = { name: '小李菜馆', uscc: null }
    expect(alikeTo({ ...typed, position: null }, known)).toEqual([])
    expect(ids(alikeTo({ name: '小李饭馆', uscc: null, position: here }, known))).toEqual(['a'])
  })
  it('before anything is typed it names who is on file at this door', () => {
    const known = [
      shop('a', '小李饭店', { position: [119.1001, 36.7001] }),
      shop('b', '远处', { position: [119.2, 36.7] }),
    ]
    expect(alikeTo({ name: '', uscc: null, position: [119.1, 36.7] }, known)).toMatchObject([{ id: 'a', why: 'near' }])
  })
  it('looks through five thousand in a moment, and names three at most', () => {
    const known = Array.from({ length: 5000 }, (_, n) => shop(String(n), `鑫源机械${n % 700}号店`))
    const began = performance.now()
    expect(alikeTo({ name: '鑫源机械12号店', uscc: null, position: null }, known)).toHaveLength(3)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
