import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { ownProblem } from '@/api/problems'
import type { Standing } from '@/local/standing'
import en from '@/locales/en'
import zh from '@/locales/zh-CN'
import { FIRST_STATE, type SyncState } from '@/sync/state'
import { statusOf, type StatusFacts, type StatusWords } from './status'

function wordsOf(locale: 'zh-CN' | 'en'): StatusWords {
  const { t, te } = createI18n({ legacy: false, locale, messages: { 'zh-CN': zh, en } }).global
  return { t: (key, named) => t(key, named ?? {}), has: (key) => te(key, 'zh-CN') }
}

const NOTHING: Standing = {
  records_waiting: 0,
  photos_waiting: 0,
  notes_waiting: 0,
  originals_waiting: 0,
  needs_you: 0,
  unsafe: 0,
  drafts: 0,
}

function say(
  standing: Partial<Standing>,
  sync: Partial<SyncState> = {},
  more: Partial<StatusFacts> = {},
  locale: 'zh-CN' | 'en' = 'en',
) {
  const facts: StatusFacts = {
    standing: { ...NOTHING, ...standing },
    sync: { ...FIRST_STATE, ...sync },
    synced_at: '14:02',
    original_upload: 'wifi',
    is_online: true,
    ...more,
  }
  return statusOf(facts, wordsOf(locale))
}

describe('the status', () => {
  it('says since when all is safe, in both languages', () => {
    expect(say({})).toMatchObject({ tone: 'good', text: 'All safe on the server at 14:02', says_safe: true })
    expect(say({}, {}, {}, 'zh-CN').text).toBe('全部已安全存到服务器 14:02')
  })

  it('says what waits and why, in both languages', () => {
    const offline = { problem: ownProblem('no_network') }
    const waiting = { records_waiting: 3, photos_waiting: 5 }
    expect(say(waiting, offline, { is_online: false })).toMatchObject({ text: '3 record(s), 5 photo(s) waiting: no network', says_safe: false }) // prettier-ignore
    expect(say(waiting, offline, { is_online: false }, 'zh-CN').text).toBe('3 条记录、5 张照片待传：没有网络')
  })

  it('tells a phone without a network from a server that is away', () => {
    const text = say({ records_waiting: 1 }, { problem: ownProblem('no_network') }).text
    expect(text).toBe('1 record(s) waiting: the server cannot be reached')
  })

  it.each<[string, Partial<Standing>, Partial<SyncState>]>([
    ['a record waits', { records_waiting: 1 }, {}],
    ['a photo waits', { photos_waiting: 1 }, {}],
    ['a refused record is on no server', { needs_you: 1, unsafe: 1 }, {}],
    ['something needs the person', { needs_you: 1 }, {}],
    ['the session has ended', {}, { session: 'signed_out' }],
    ['somebody else is signed in', {}, { session: 'other_account' }],
  ])('does not say that all is safe when %s', (_, standing, sync) => {
    expect(say(standing, sync)).toMatchObject({ says_safe: false })
    expect(say(standing, sync).tone).not.toBe('good')
  })

  it('names the originals that stay behind when it says that records and photos are safe', () => {
    expect(say({ originals_waiting: 2 })).toMatchObject({
      text: 'Records and photos are on the server; 2 original(s) wait for Wi‑Fi',
      says_safe: true,
    })
    expect(say({ originals_waiting: 2 }, {}, { original_upload: 'never' }).text).toBe('All safe on the server at 14:02')
  })

  it('adds drafts and what needs the person to whatever it says', () => {
    expect(say({ drafts: 1, records_waiting: 1, needs_you: 2 }).more).toBe('2 need(s) you · 1 unsaved draft(s)')
  })
})
