import { describe, expect, it } from 'vitest'
import { nameInBody, prettyBody } from './body'

describe('a record as it came', () => {
  it('is shown with its lines', () => {
    expect(prettyBody('{"a":{"b":1}}')).toBe('{\n  "a": {\n    "b": 1\n  }\n}')
  })
  it('is shown as it is when it cannot be read', () => {
    expect(prettyBody('{"cut of')).toBe('{"cut of')
    expect(nameInBody('{"cut of')).toBe('')
  })
  it('gives the name written into it', () => {
    expect(nameInBody('{"payload":{"name":"东风包子铺"}}')).toBe('东风包子铺')
    expect(nameInBody('{"payload":{"name":7}}')).toBe('')
    expect(nameInBody('null')).toBe('')
  })
})
