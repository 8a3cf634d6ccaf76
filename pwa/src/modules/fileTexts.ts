/** The words of the employer's file, fetched with its pages. English brings all its words at once. */
import { fieldI18n } from './language'

let loading: Promise<void> | null = null

export function fileTexts(): Promise<void> {
  loading ??= import('@/locales/zh-CN.file').then(({ default: words }) =>
    fieldI18n.i18n.global.mergeLocaleMessage('zh-CN', words),
  )
  return loading
}
