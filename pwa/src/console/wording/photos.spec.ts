import { describe, expect, it } from 'vitest'
import { arrivalOf, bytesText, hashText } from './photos'

describe('photos of a record', () => {
  it('are complete when there are none', () => {
    expect(arrivalOf([])).toEqual({ expected: 0, arrived: 0, complete: true })
  })
  it('add up over the visits of a patrol', () => {
    expect(
      arrivalOf([
        { expected: 3, arrived: 2 },
        { expected: 1, arrived: 1 },
      ]),
    ).toEqual({ expected: 4, arrived: 3, complete: false })
  })
  it('have a hash that can be read aloud', () => {
    expect(hashText('00112233445566778899')).toBe('00112233 44556677 8899')
  })
  it('have a size', () => {
    expect([bytesText(10), bytesText(4096), bytesText(3_500_000)]).toEqual(['10 B', '4 KB', '3.3 MB'])
  })
})
