/**
 * First letters of Chinese characters, so that `hfjx` finds 宏发机械.
 *
 * The browser sorts Chinese by pinyin; between which two of these border characters one falls tells its letter. A character
 * with several readings counts under the one that the browser sorts by.
 */
const LETTERS = 'abcdefghjklmnopqrstwxyz'
const FIRST_OF_LETTER = [...'吖八嚓咑婀发旮哈丌咔垃妈拿喔趴七然仨他挖夕丫匝']
const HAN = /\p{Script=Han}/u

let collator: Intl.Collator | null = null
let usable: boolean | null = null
const known = new Map<string, string>()

function letterOf(char: string): string {
  collator ??= new Intl.Collator('zh-Hans-CN-u-co-pinyin')
  usable ??= collator.compare('八', '妈') < 0 && collator.compare('妈', '匝') < 0 && collator.compare('匝', '丫') > 0
  if (!usable) return ''
  let low = 0
  let high = FIRST_OF_LETTER.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (collator.compare(char, FIRST_OF_LETTER[middle]!) >= 0) low = middle
    else high = middle - 1
  }
  return LETTERS[low]!
}

/** The initials of a text, lower case; letters and digits stay as they are, everything else is left out. */
export function initialsOf(text: string): string {
  let result = ''
  for (const char of text) {
    if (/[a-z0-9]/i.test(char)) result += char.toLowerCase()
    else if (HAN.test(char)) {
      let letter = known.get(char)
      if (letter === undefined) known.set(char, (letter = letterOf(char)))
      result += letter
    }
  }
  return result
}
