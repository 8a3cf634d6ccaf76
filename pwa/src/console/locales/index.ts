import { chosenLanguage } from '@/modules/chosenLanguage'
import { makeI18n } from '@/modules/i18n'
import zh from './zh-CN'

const made = makeI18n(zh, () => import('./en').then((module) => module.default))

/** The desk's texts; Chinese comes with the page, English when somebody asks for it. */
export const language = {
  ...made,
  start: () => made.useLanguage(chosenLanguage()),
}
