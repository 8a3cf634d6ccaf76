/** What stands between the words of a list, and between the parts of a sentence, in the language that is on the screen. */
const isEnglish = () => globalThis.document?.documentElement.lang === 'en'

export const comma = () => (isEnglish() ? ', ' : '、')
/** Between parts that are more than a word. */
export const clauseComma = () => (isEnglish() ? ', ' : '，')
export const semicolon = () => (isEnglish() ? '; ' : '；')
