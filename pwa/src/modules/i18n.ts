/** Two languages: Chinese comes with the page, English is fetched when somebody asks for it. Each entry brings its own texts. */
import type { App } from 'vue'
import { createI18n } from 'vue-i18n'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEY = 'wangge.language'

interface Messages {
  [key: string]: string | Messages
}

/** The language chosen on this machine; Chinese until somebody chooses. */
export function chosenLanguage(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

export function makeI18n(zh: Messages, loadEnglish: () => Promise<Messages>) {
  const i18n = createI18n({
    legacy: false,
    locale: 'zh-CN',
    fallbackLocale: 'zh-CN',
    missingWarn: import.meta.env.DEV,
    fallbackWarn: false,
    messages: { 'zh-CN': zh } as Record<string, Messages>,
  })

  let english: Promise<void> | null = null

  /** Show another language now and on the next start. */
  async function useLanguage(language: Language): Promise<void> {
    if (language === 'en') {
      english ??= loadEnglish().then((words) => i18n.global.mergeLocaleMessage('en', words))
      await english.catch((gone: unknown) => {
        english = null
        throw gone
      })
    }
    i18n.global.locale.value = language
    document.documentElement.lang = language
    try {
      localStorage.setItem(KEY, language)
    } catch {
      // A browser without storage keeps the language until it is closed.
    }
  }

  return {
    i18n,
    useLanguage,
    language: () => i18n.global.locale.value as Language,
    install(app: App) {
      app.use(i18n)
    },
  }
}
