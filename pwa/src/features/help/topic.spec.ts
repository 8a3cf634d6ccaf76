import { describe, expect, it } from 'vitest'
import { findTopics } from './topic'
import { TOPICS as en } from './topics.en'
import { TOPICS as zh } from './topics.zh'

describe('help', () => {
  it('has the same topics in both languages, each with an answer', () => {
    expect(en.map(({ id }) => id)).toEqual(zh.map(({ id }) => id))
    for (const topic of [...zh, ...en]) expect(topic.text.length, topic.id).toBeGreaterThan(0)
    expect(new Set(zh.map(({ id }) => id)).size).toBe(zh.length)
  })
  it.each([
    ['没网', ['offline']],
    ['网络', ['offline']],
    ['轨迹', ['track']],
    ['高德', ['round']],
    ['童工', ['law']],
  ])('%s leads first to %j', (typed, first) => {
    expect(findTopics(zh, typed).slice(0, first.length).map(({ id }) => id)).toEqual(first) // prettier-ignore
  })
  it('needs every word, in any case', () => {
    expect(findTopics(en, 'WI-FI photos').map(({ id }) => id)).toEqual(['photo'])
    expect(findTopics(en, 'photos nonsense')).toEqual([])
    expect(findTopics(zh, '')).toHaveLength(zh.length)
  })
})
