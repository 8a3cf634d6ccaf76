import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MattersAndPowers } from '../data/organisation'

interface Named {
  name_zh: string
  name_en: string
}

/** Matters and powers by name, in the language of the screen. */
export function useTerms(terms: Ref<MattersAndPowers | null>) {
  const { locale } = useI18n()
  const nameOf = (one: Named) => (locale.value === 'en' ? one.name_en : one.name_zh)
  const matters = computed(() => new Map((terms.value?.matters ?? []).map((one) => [one.code, nameOf(one)])))
  const powers = computed(() => new Map((terms.value?.powers ?? []).map((one) => [one.code, nameOf(one)])))
  const join = (codes: readonly string[], by: Map<string, string>) =>
    codes.map((code) => by.get(code) ?? code).join(locale.value === 'en' ? ', ' : '、')

  return {
    nameOf,
    /** All matters are said as such, not listed. */
    matterNames: (codes: readonly string[], all = '') =>
      all && matters.value.size > 0 && codes.length >= matters.value.size ? all : join(codes, matters.value),
    powerNames: (codes: readonly string[]) => join(codes, powers.value),
  }
}
