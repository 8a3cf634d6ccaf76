/** The words of the day's pages, fetched with the first of them. English brings all its words at once. */
import { fieldI18n } from './language'

let loading: Promise<void> | null = null

export function dayTexts(): Promise<void> {
  loading ??= import('@/locales/zh-CN.day').then(({ default: words }) =>
    fieldI18n.i18n.global.mergeLocaleMessage('zh-CN', words),
  )
  return loading
}
