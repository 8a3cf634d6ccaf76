/** What stands between the words of a list, in the language that is on the screen. */
const isEnglish = () => globalThis.document?.documentElement.lang === 'en'

export const comma = () => (isEnglish() ? ', ' : '、')
export const semicolon = () => (isEnglish() ? '; ' : '；')
