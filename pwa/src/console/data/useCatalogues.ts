/** The words of field records, asked for once, said in the console's language. */
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { readCatalogues, type Catalogues } from './field'

const stored = shallowRef<Catalogues | null>(null)
let asking: Promise<void> | null = null

async function ask(): Promise<void> {
  const result = await readCatalogues()
  if (result.ok) stored.value = result.data
  else asking = null
}

export function useCatalogues() {
  const { locale } = useI18n()
  asking ??= ask()
  const say = (word: { zh: string; en: string }) => (locale.value === 'en' ? word.en : word.zh)
  return {
    catalogues: stored,
    say,
    /** How a word is said; its code until the words are here. */
    wordOf: (list: Exclude<keyof Catalogues, 'place_names'>, code: string) => {
      const word = stored.value?.[list].find((other) => other.code === code)
      return word ? say(word) : code
    },
  }
}
