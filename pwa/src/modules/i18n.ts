/** Two languages: Chinese comes with the page, English is fetched when somebody asks for it. Each entry brings its own texts. */
import type { App } from 'vue'
import { createI18n, type MessageContext } from 'vue-i18n'
import { keepLanguage, type Language } from './chosenLanguage'

interface Messages {
  [key: string]: string | Messages
}

/** Our texts know one thing only: `{name}` is what the caller gives. */
function messageCompiler(message: unknown) {
  const parts = String(message).split(/\{(\w+)\}/)
  if (parts.length === 1) return () => parts[0]!
  return (context: MessageContext) =>
    parts.map((part, i) => (i % 2 ? String(context.named(part) ?? '') : part)).join('')
}

export function makeI18n(zh: Messages, loadEnglish: () => Promise<Messages>) {
  const i18n = createI18n({
    legacy: false,
    locale: 'zh-CN',
    fallbackLocale: 'zh-CN',
    messageCompiler,
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
    keepLanguage(language)
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
