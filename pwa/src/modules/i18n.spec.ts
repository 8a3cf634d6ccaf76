import { beforeEach, describe, expect, it, vi } from 'vitest'
import { makeI18n } from './i18n'

describe('texts', () => {
  beforeEach(() => void vi.stubGlobal('document', { documentElement: { lang: '' } }))

  it('come whole in English, whatever of it was there before', async () => {
    const { i18n, useLanguage } = makeI18n({ tab: { today: '今日' } }, () =>
      Promise.resolve({ tab: { today: 'Today' } }),
    )
    i18n.global.mergeLocaleMessage('en', { note: 'Note' })
    await useLanguage('en')
    expect([i18n.global.t('tab.today'), i18n.global.t('note')]).toEqual(['Today', 'Note'])
  })

  it('say what the caller gives, and nothing where it gives nothing', () => {
    const { i18n } = makeI18n({ from: '{from}到{to}', plain: '50%' }, () => Promise.resolve({}))
    expect(i18n.global.t('from', { from: 1, to: '明天' })).toBe('1到明天')
    expect(i18n.global.t('from', { from: 1 })).toBe('1到')
    expect(i18n.global.t('plain')).toBe('50%')
  })

  it('are asked for again where the network was away the first time', async () => {
    let tries = 0
    const load = () => (++tries === 1 ? Promise.reject(new Error('no network')) : Promise.resolve({ a: 'A' }))
    const { i18n, useLanguage } = makeI18n({ a: '甲' }, load)
    await expect(useLanguage('en')).rejects.toThrow('no network')
    expect(i18n.global.t('a')).toBe('甲')
    await useLanguage('en')
    expect(i18n.global.t('a')).toBe('A')
  })
})
