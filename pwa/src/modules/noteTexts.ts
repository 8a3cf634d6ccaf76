/** The words of notes, in both languages, fetched with the first strip of them. */
import { fieldI18n } from './language'

let loading: Promise<void> | null = null

export function noteTexts(): Promise<void> {
  const { global } = fieldI18n.i18n
  loading ??= Promise.all([import('@/locales/zh-CN.note'), import('@/locales/en.note')]).then(([zh, en]) => {
    global.mergeLocaleMessage('zh-CN', zh.default)
    global.mergeLocaleMessage('en', en.default)
  })
  return loading
}
