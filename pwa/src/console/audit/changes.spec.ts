import { describe, expect, it } from 'vitest'
import { changesOf, summaryOf } from './changes'

const words: Record<string, string> = {
  'audit.fields.reason': '原因',
  'audit.fields.status': '状态',
  'audit.values.planned': '待开始',
}
const t = (key: string) => words[key] ?? key
const te = (key: string) => key in words

describe('a line of the audit log', () => {
  it('names each field that changed, with both values', () => {
    expect(changesOf({ before: { status: 'planned' }, after: { status: 'cancelled', stops: 3 } })).toEqual([
      { field: 'status', before: 'planned', after: 'cancelled' },
      { field: 'stops', before: '', after: '3' },
    ])
  })
  it('has no changes where nothing changed', () => {
    expect(changesOf({ reason: 'x' })).toEqual([])
    expect(changesOf({ before: 'odd', after: [1] })).toEqual([])
  })
  it('shows moments by the office clock and leaves ids to the opened line', () => {
    expect(summaryOf({ reason: '2026-11-27T01:00:07.728522+00:00', account_id: 'x' }, t, te)).toBe(
      '原因 2026-11-27 09:00',
    )
  })
  it('is summed up in words where there are words', () => {
    const details = { before: { status: 'planned' }, after: { status: 'cancelled' }, reason: '暴雨', q: '' }
    expect(summaryOf(details, t, te)).toBe('状态 待开始 → cancelled；原因 暴雨')
  })
})
