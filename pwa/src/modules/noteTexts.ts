/** The words of notes, fetched with the first strip of them. English brings all its words at once. */
import { fieldI18n } from './language'

let loading: Promise<void> | null = null

export function noteTexts(): Promise<void> {
  loading ??= import('@/locales/zh-CN.note').then(({ default: words }) =>
    fieldI18n.i18n.global.mergeLocaleMessage('zh-CN', words),
  )
  return loading
}
