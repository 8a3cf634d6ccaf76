/** The words that records choose from, as they are on this phone, in the person's language. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Catalogues, CatalogueWord } from '@/local/shapes'
import { atWork } from '@/modules/work'
import { chinaDay } from './time'
import { useLive } from './useLive'

export type WordList = Exclude<keyof Catalogues, 'place_names'>

export function useCatalogues() {
  const { locale } = useI18n()
  const { db } = atWork()
  const stored = useLive(
    async () => ((await db.reference.get('catalogues'))?.data as Catalogues | undefined) ?? null,
    null,
  )
  const say = (word: CatalogueWord) => (locale.value === 'en' ? word.en : word.zh)

  /** What may be chosen today of a list, ready for chips. */
  const options = (list: WordList) =>
    computed(() => {
      const today = chinaDay(Date.now())
      return (stored.value?.[list] ?? [])
        .filter((word) => !word.valid_to || word.valid_to >= today)
        .map((word) => ({ value: word.code, label: say(word) }))
    })

  /** How a word is said, also one that is no longer offered; its code where the phone does not know it. */
  const wordOf = (list: WordList, code: string) => {
    const word = stored.value?.[list].find((other) => other.code === code)
    return word ? say(word) : code
  }

  return { stored, options, wordOf }
}
