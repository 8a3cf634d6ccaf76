import { describe, expect, it } from 'vitest'
import en from './en'
import zh from './zh-CN'

type Texts = { [key: string]: string | Texts }

function flat(texts: Texts, prefix = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') out.set(prefix + key, value)
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) out.set(inner, text)
  }
  return out
}
const sources = import.meta.glob<string>(['../**/*.{ts,vue}', '!../**/*.spec.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

const chinese = flat(zh)
const english = flat(en)
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('the two languages', () => {
  it('say the same things', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })
  it('fill in the same values', () => {
    const differing = [...chinese].filter(
      ([key, text]) => places(text).join() !== places(english.get(key) ?? '').join(),
    )
    expect(differing.map(([key]) => key)).toEqual([])
  })
  it('know every text that the screens ask for by its full name', () => {
    const asked = Object.values(sources).flatMap((source) =>
      [...source.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1]!),
    )
    expect(asked.length).toBeGreaterThan(100)
    expect([...new Set(asked)].filter((key) => !chinese.has(key))).toEqual([])
  })
})
