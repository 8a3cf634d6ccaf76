import { expect, it } from 'vitest'
import { sinceText } from './since'

const now = Date.parse('2026-11-27T02:00:00Z')

it.each([
  ['2026-11-27T01:59:40Z', '刚刚', 'just now'],
  ['2026-11-27T02:05:00Z', '刚刚', 'just now'],
  ['2026-11-27T01:59:00Z', '1 分钟前', '1 minute ago'],
  ['2026-11-27T01:01:00Z', '59 分钟前', '59 minutes ago'],
  ['2026-11-26T23:00:00Z', '3 小时前', '3 hours ago'],
  ['2026-11-21T02:00:00Z', '6 天前', '6 days ago'],
  [null, '从未', 'never'],
])('%s reads as people say it', (moment, chinese, english) => {
  expect([sinceText(moment, 'zh-CN', now), sinceText(moment, 'en', now)]).toEqual([chinese, english])
})
