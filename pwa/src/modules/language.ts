/** The field app's own texts on the shared i18n. */
import zh from '@/locales/zh-CN'
import { makeI18n } from './i18n'

export const fieldI18n = makeI18n(zh, () => import('@/locales/en').then((module) => module.default))
