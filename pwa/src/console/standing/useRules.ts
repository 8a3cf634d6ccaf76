import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { standingRules, type StandingRules } from './api'

/** The rules in force with their words in the reader's language; until they have come, codes stand in for words. */
export function useRules() {
  const { locale } = useI18n()
  const rules = shallowRef<StandingRules | null>(null)
  void standingRules().then((found) => (rules.value = found))
  const say = (word: { zh: string; en: string } | undefined, code: string) =>
    word ? (locale.value === 'en' ? word.en : word.zh) : code

  return {
    rules,
    kind: (code: string) =>
      say(
        rules.value?.signal_kinds.find((one) => one.code === code),
        code,
      ),
    aspect: (code: string) =>
      say(
        rules.value?.aspects.find((one) => one.code === code),
        code,
      ),
    criterion: (code: string) =>
      say(
        rules.value?.key_list_rules.find((one) => one.criterion === code),
        code,
      ),
    ratingRule: (code: string) =>
      say(rules.value?.scale.rules.find((one) => one.code === code) as { zh: string; en: string } | undefined, code),
    ruleOf: (code: string) => rules.value?.key_list_rules.find((one) => one.criterion === code),
    grades: () => (rules.value?.scale.grades ?? []) as { grade: string; zh: string; en: string }[],
    isEnglish: () => locale.value === 'en',
  }
}
