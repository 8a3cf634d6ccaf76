import { describe, expect, it } from 'vitest'
import { said } from './reasons'

describe('what was seen', () => {
  it('tells way, time and speed of what was too fast', () => {
    const { key, values } = said({ code: 'teleport', weight: 50, metres: 17_830, seconds: 60 } as never)
    expect(key).toBe('anomalies.why.teleport')
    expect(values).toMatchObject({ km: 18, minutes: 1, kmh: 1070 })
  })
  it('keeps a decimal where figures are small, and never divides by nothing', () => {
    expect(said({ code: 'teleport', weight: 50, metres: 1240, seconds: 0 } as never).values).toMatchObject({
      km: 1.2,
      minutes: 0,
      kmh: 4464,
    })
  })
})
