/** The language chosen on this machine, kept where the door finds it before the texts are there. */
export type Language = 'zh-CN' | 'en'

const KEY = 'wangge.language'

/** Chinese until somebody chooses. */
export function chosenLanguage(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

export function keepLanguage(language: Language): void {
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // A browser without storage keeps the language until it is closed.
  }
}
